"""What is secret: names, URLs, header fields, texts; and that nothing else is hidden."""

from __future__ import annotations

import pytest

from dynclient.http.masking import bare_url, looks_secret, masked_field, masked_url, name_rule

SECRET_NAMES = """
    Authorization Proxy-Authorization X-API-Key apikey api_key APIKey apiKey password db_password DbPassword passwd
    passphrase pwd db_pass client_secret clientSecret secret_key access_token accessToken refresh-token token tokens
    reset_password_token Set-Cookie Cookie session session_id X-Auth-User auth_key oauth_token signature jwt fernet_key
    private_key privateKeyId aws_secret_access_key account_key shared_access_key keyfile_dict keyfile sql_alchemy_conn
    pat sas sig sas_token dsn credentials credential X-Amz-Security-Token Api-Connection-Test-Token X-CSRF-Token
    next_password file_password page_secret authentication
""".split()  # noqa: SIM905 - a table of words


HARMLESS_NAMES = """
    file_token authorized_menu_items token_count max_tokens auth_type authority password_policy author authors
    authorities bypass_limits passenger compass key keys Accept limit page_token next_page_token pageToken NextToken
    continuation_token sync_token cursor_token prompt_tokens total_tokens token_type token_url tokenEndpoint
    auth_backends auth_managers auth_method authorization_url password_length session_lifetime_days secret_name
    conn_id conn_type connection_id dag_id_pattern pattern sigma signal design patch path cookie_name token_expires_in
    keyboard monkey description state WWW-Authenticate oauth_scopes
""".split()  # noqa: SIM905 - the same


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_secrets(name):
    """A name that usually holds a credential hides its value, however it is written."""
    assert looks_secret(name)


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_harmless_names(name):
    """What only has such a word in it is shown: counts, cursors, and what describes a credential."""
    assert not looks_secret(name)


def test_names_that_somebody_knows_to_be_secret():
    """A document or an auth object counts more than the look of a name, in any case."""
    rule = name_rule(["X-Mine", "file_token"])
    assert [rule(name) for name in ("x-mine", "File_Token", "password", "limit")] == [True, True, True, False]


URLS = [
    ("http://h/a?limit=5&token=S&page_token=p", "http://h/a?limit=5&token=***&page_token=p"),
    ("http://u:S@h/a", "http://***@h/a"),
    ("https://b.blob/c/d?sv=2022&se=x&sig=S%3D", "https://b.blob/c/d?sv=2022&se=x&sig=***"),
    ("http://h/cb?code=S&state=x", "http://h/cb?code=***&state=x"),
    ("http://h/maps?key=S", "http://h/maps?key=***"),
    ("http://h/#id_token=S&x=1", "http://h/#id_token=***&x=1"),
    ("https://s3/x?X-Amz-Signature=S&X-Amz-Credential=S", "https://s3/x?X-Amz-Signature=***&X-Amz-Credential=***"),
    ("http://h/a?token=", "http://h/a?token="),
    ("http://h/dagSources/abc.def?tags=a&tags=b", "http://h/dagSources/abc.def?tags=a&tags=b"),
]


@pytest.mark.parametrize(("url", "shown"), URLS)
def test_urls(url, shown):
    """User, password and the values of secret parameters go; paths, order and all other parameters stay."""
    assert masked_url(url) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://u:S@h:1/a/b?token=S#S", "http://h:1/a/b"),
        ("u:S@host/a", "host/a"),
        ("http://u:p/S@host/", "http://host/"),
        ("http://h:80/users/me@x", "http://h:80/users/me@x"),
        ("http://[::1]:80/me@x", "http://[::1]:80/me@x"),
        ("", ""),
    ],
)
def test_urls_of_messages(url, shown):
    """A message shows no user, password or query, even of a URL that is mistyped."""
    assert bare_url(url) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer S", "Bearer ***"),
        ("authorization", "S", "***"),
        ("Cookie", "session=S; a=S", "session=***; a=***"),
        ("Set-Cookie", "session=S; Path=/; HttpOnly", "session=***; Path=/; HttpOnly"),
        ("WWW-Authenticate", 'Bearer realm="x"', 'Bearer realm="x"'),
        ("Location", "/next?token=S", "/next?token=***"),
        ("Referer", "http://u:S@h/", "http://***@h/"),
        ("X-Api-Key", "S", "***"),
        ("User-Agent", "x/1 (author: me)", "x/1 (author: me)"),
    ],
)
def test_header_fields(name, value, shown):
    """A field that holds a credential keeps its scheme and its names and loses the rest."""
    assert masked_field(name, value) == shown
