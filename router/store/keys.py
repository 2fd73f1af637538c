"""Every key name, one function each; the twin of ``lua/lib/keys*.lua``.

A slot is all keys with one hash tag. ``p`` is a slot's prefix, ``{tag}:`` (see ``store.workspace``),
so a key is its prefix and a name within the slot. docs/keys.md says what lies under each.
"""

from __future__ import annotations

SYSTEM = "{sys}:"
"""The prefix of the system slot, shared by all workspaces; ``keys_system`` names what lies in it."""


# -- every slot -----------------------------------------------------------------------------------


def slot(p: str) -> str:
    """Name the anchor that always exists: schema, run_id, epoch and the slot's counters."""
    return f"{p}slot"


def marks(p: str) -> str:
    """Name what this slot owes to others: mark to ms since when."""
    return f"{p}mk"


# -- partition slots ------------------------------------------------------------------------------


def timeline(p: str, hid: str) -> str:
    """Name the list of packed entries of a handle."""
    return f"{p}tl:{hid}"


def digests(p: str, hid: str, gen: int | str) -> str:
    """Name one generation of the deduplication of a handle: digest to body hash, item, view."""
    return f"{p}dd:{hid}:{gen}"


def handle(p: str, hid: str) -> str:
    """Name the record of a handle."""
    return f"{p}hd:{hid}"


def conversation(p: str, cnv: str) -> str:
    """Name the registers of a conversation."""
    return f"{p}cn:{cnv}"


def conversations(p: str, hid: str) -> str:
    """Name the conversations of a handle by last activity."""
    return f"{p}cv:{hid}"


def overlay(p: str, hid: str) -> str:
    """Name what later events say of a handle's entries: target digest to packed state."""
    return f"{p}ov:{hid}"


def pairs(p: str, hid: str) -> str:
    """Name the pairs that events of a handle named: other handle id to rank and strongest evidence."""
    return f"{p}lk:{hid}"


def thread(p: str, hid: str) -> str:
    """Name the customer of a thread, or of a message of ours, by its own handle."""
    return f"{p}th:{hid}"


def chat_log(p: str, hid: str) -> str:
    """Name what was said in a visitor's chat: a stream numbered by seq, the newest 1000."""
    return f"{p}ct:{hid}"


def chat_seqs(p: str, hid: str) -> str:
    """Name the seq of each message in a visitor's chat, by its id."""
    return f"{p}ci:{hid}"


def chat_state(p: str, hid: str) -> str:
    """Name how far a visitor's chat is: the last seq, delivered and read up to which."""
    return f"{p}cs:{hid}"


def open(p: str) -> str:  # noqa: A001 - the word of the model; used as keys.open
    """Name the conversations that may have an open item: id to the newest routing facts."""
    return f"{p}open"


def sending(p: str) -> str:
    """Name the messages that are to be sent: event id to what is to be sent, and how far it is."""
    return f"{p}sd"


def sending_line(p: str, hid: str) -> str:
    """Name the line of the messages that are to be sent to a handle, as they were said."""
    return f"{p}sl:{hid}"


# -- routing slot: views --------------------------------------------------------------------------


def view_of(p: str, hid: str) -> str:
    """Name the view a linked handle belongs to."""
    return f"{p}vw:{hid}"


def members(p: str, view: str) -> str:
    """Name the members of a view of several: handle id to handle and first_seen."""
    return f"{p}vm:{view}"


def edges_of(p: str, hid: str) -> str:
    """Name the ids of all edges that ever touched a handle."""
    return f"{p}he:{hid}"


def edge(p: str, edge: str) -> str:
    """Name one edge."""
    return f"{p}ed:{edge}"


def view_revs(p: str) -> str:
    """Name the revisions of all views that ever changed."""
    return f"{p}vr"


# -- routing slot: work ---------------------------------------------------------------------------


def queues(p: str) -> str:
    """Name the queues: id to settings."""
    return f"{p}queues"


def agents(p: str) -> str:
    """Name the agents: id to profile."""
    return f"{p}agents"


def lanes(p: str) -> str:
    """Name the lanes: id to queue, channel and needs."""
    return f"{p}lanes"


def crews(p: str) -> str:
    """Name the crews: id to what they serve."""
    return f"{p}crews"


def agent(p: str, agent: str) -> str:
    """Name an agent's state and load."""
    return f"{p}ag:{agent}"


def agent_holds(p: str, agent: str) -> str:
    """Name what an agent holds: items and offers."""
    return f"{p}ah:{agent}"


def item(p: str, item: str) -> str:
    """Name an item."""
    return f"{p}it:{item}"


def item_of(p: str, cnv: str) -> str:
    """Name the item of a conversation."""
    return f"{p}ic:{cnv}"


def open_items(p: str, hid: str) -> str:
    """Name the open items of a handle."""
    return f"{p}oi:{hid}"


def open_all(p: str) -> str:
    """Name all open items by entry time."""
    return f"{p}op"


def crew_members(p: str, crew: str) -> str:
    """Name the agents of a crew."""
    return f"{p}cm:{crew}"


def offer(p: str, offer: str) -> str:
    """Name an offer."""
    return f"{p}of:{offer}"


def lane(p: str, lane: str) -> str:
    """Name the items waiting in a lane by due time."""
    return f"{p}ln:{lane}"


def lane_crews(p: str, lane: str) -> str:
    """Name the crews that serve a lane."""
    return f"{p}lc:{lane}"


def crew_lanes(p: str, crew: str) -> str:
    """Name the lanes a crew serves."""
    return f"{p}cl:{crew}"


def ready(p: str, crew: str, channel: str) -> str:
    """Name a crew's agents who can take an item of a channel, by idle-since."""
    return f"{p}rd:{crew}:{channel}"


def heads(p: str, crew: str, channel: str) -> str:
    """Name the heads of a crew's lanes of a channel, by due time."""
    return f"{p}ch:{crew}:{channel}"


def due(p: str) -> str:
    """Name what falls due: member to server ms."""
    return f"{p}due"


def depth(p: str) -> str:
    """Name the live counts per queue and channel."""
    return f"{p}dp"


def oldest(p: str) -> str:
    """Name the entry time of the oldest waiting item per queue and channel."""
    return f"{p}old"


def waiting(p: str, queue: str, channel: str) -> str:
    """Name the waiting items of a queue and channel by entry time."""
    return f"{p}wt:{queue}|{channel}"


def feed(p: str) -> str:
    """Name the numbered stream of changes."""
    return f"{p}feed"


def decisions(p: str, item: str) -> str:
    """Name the decisions on an item."""
    return f"{p}dc:{item}"


def happenings(p: str, item: str) -> str:
    """Name what happened to an item and its timeline has not been told yet."""
    return f"{p}hp:{item}"


def untold(p: str) -> str:
    """Name the items with happenings the timeline has not been told: item to ms since when."""
    return f"{p}mi"


def declined(p: str, item: str) -> str:
    """Name the agents an item is not offered to for a while."""
    return f"{p}dn:{item}"


# -- rows slot ------------------------------------------------------------------------------------


def rows(p: str, day: str) -> str:
    """Name the report rows whose first attempt fell on a day."""
    return f"{p}rw:{day}"


def row_version(p: str, view: str) -> str:
    """Name the version and places of a view's rows."""
    return f"{p}rv:{view}"


def row_changes(p: str) -> str:
    """Name the change counters: day to number of changes."""
    return f"{p}rc"
