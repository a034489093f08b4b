"""What a fake server holds: state by the shape of the paths."""

from __future__ import annotations

import pytest
from library import filled, titles

from dynclient import errors


def test_collections_are_filled_and_consistent(client):
    """What a list shows can be read one by one, with the same values; items know what they stand below."""
    for shelf in client.list_shelves()["shelves"]:
        for book in client.list_books.iter(shelf["id"]):
            assert client.get_book(shelf["id"], book["isbn"]) == book
            assert book["shelf_id"] == shelf["id"]


def test_create_read_change_remove(client):
    """POST creates, GET reads, PATCH changes, PUT replaces or creates, DELETE removes."""
    shelf = filled(client)
    assert client.add_book(shelf, isbn="1", title="a")["pages"] is None
    assert client.change_book(shelf, "1", title="b", pages=3)["title"] == "b"
    assert client.get_book(shelf, "1")["pages"] == 3
    assert client.put_book(shelf, "2", title="c")["isbn"] == "2"
    assert titles(client.list_books(shelf)) == ["b", "c"]
    assert client.delete_book(shelf, "1") is None
    with pytest.raises(errors.NotFound):
        client.get_book(shelf, "1")


def test_a_key_that_is_not_given_is_made_up(client):
    """An item created without its key gets a free one."""
    shelf = filled(client)
    keys = {client.add_book(shelf, title="a")["isbn"] for _ in range(3)}
    assert len(keys) == 3


def test_update_mask(client):
    """With update_mask only the fields that it names change."""
    shelf = filled(client, "a")
    changed = client.change_book(shelf, "a", title="b", pages=7, update_mask=["pages"])
    assert (changed["title"], changed["pages"]) == ("a", 7)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda c, shelf: c.get_book(shelf, "none"), errors.NotFound),
        (lambda c, shelf: c.change_book(shelf, "none", title="a"), errors.NotFound),
        (lambda c, shelf: c.delete_book(shelf, "none"), errors.NotFound),
        (lambda c, _: c.list_books("none"), errors.NotFound),
        (lambda c, shelf: c.get_summary(shelf, "none"), errors.NotFound),
        (lambda c, shelf: c.add_book(shelf, isbn="a", title="again"), errors.AlreadyExists),
    ],
)
def test_unknown_is_404_and_twice_is_409(client, call, error):
    """An unknown id is 404, on the way to a path too; a second create is 409."""
    shelf = filled(client, "a")
    with pytest.raises(error):
        call(client, shelf)


def test_keys_may_hold_anything(client):
    """Slashes, spaces, plus and percent signs in keys survive the way there and back."""
    key = "a/b c+d%2F?é"
    shelf = filled(client)
    client.add_book(shelf, isbn=key, title="x")
    assert client.get_book(shelf, key)["isbn"] == key
    client.delete_book(shelf, key)
    assert titles(client.list_books(shelf)) == []


def test_removing_an_item_removes_what_is_below_it(client):
    """Items below an item go with it."""
    shelf = filled(client, "a")
    client.delete_shelf(shelf)
    with pytest.raises(errors.NotFound):
        client.list_books(shelf)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({}, ["a", "b"]),  # the document's default limit
        ({"limit": 3}, ["a", "b", "c"]),
        ({"offset": 2}, ["c"]),
        ({"offset": 9}, []),
        ({"limit": 3, "order_by": ["-title"]}, ["c", "b", "a"]),
        ({"title": "b"}, ["b"]),
        ({"pages_gte": 10}, ["b", "c"]),
        ({"printed_lt": "2020-01-02"}, ["a"]),
    ],
)
def test_lists_page_filter_and_order(client, arguments, wanted):
    """limit, offset, order_by, and filters named after fields work; total_entries counts what was selected."""
    shelf = filled(client, "a", "b", "c")
    found = client.list_books(shelf, **arguments)
    assert titles(found) == wanted
    assert found["total_entries"] >= len(wanted)


def test_cursors(client):
    """A walk by cursor sees every item once; a cursor that was not given out is refused."""
    shelf = filled(client, "a", "b", "c")
    assert client.list_books.paging.mode == "cursor"
    assert [book["title"] for book in client.list_books.iter(shelf)] == ["a", "b", "c"]
    with pytest.raises(errors.Unprocessable):
        client.list_books(shelf, cursor="mine")


def test_batches(client):
    """POST …/list pages and filters by its body."""
    shelf = filled(client, "a", "b", "c")
    assert titles(client.batch_books(shelf, page_limit=1, page_offset=1)) == ["b"]
    assert titles(client.batch_books(shelf, titles=["a", "c"])) == ["a", "c"]


def test_the_wildcard_stands_for_every_item(client):
    """A list below the wildcard holds the items of all places."""
    each = [len(list(client.list_books.iter(shelf["id"]))) for shelf in client.list_shelves()["shelves"]]
    assert len(list(client.list_books.iter("~"))) == sum(each) == 9
