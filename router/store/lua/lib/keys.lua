-- The names of the keys of the partition, rows and system slots, one function each; the twin of
-- store/keys.py. `p` is the prefix of a slot, "{tag}:", cut from the anchor that KEYS[1] names.

function L.prefix(anchor)
  return string.match(anchor, '^{[^}]*}:')
end

-- every slot
function L.key_slot(p) return p .. 'slot' end
function L.key_marks(p) return p .. 'mk' end

-- partition slots
function L.key_timeline(p, hid) return p .. 'tl:' .. hid end
function L.key_digests(p, hid, gen) return p .. 'dd:' .. hid .. ':' .. gen end
function L.key_handle(p, hid) return p .. 'hd:' .. hid end
function L.key_conversation(p, cnv) return p .. 'cn:' .. cnv end
function L.key_conversations(p, hid) return p .. 'cv:' .. hid end
function L.key_overlay(p, hid) return p .. 'ov:' .. hid end
function L.key_pairs(p, hid) return p .. 'lk:' .. hid end
function L.key_thread(p, hid) return p .. 'th:' .. hid end
function L.key_chat_log(p, hid) return p .. 'ct:' .. hid end
function L.key_chat_seqs(p, hid) return p .. 'ci:' .. hid end
function L.key_chat_state(p, hid) return p .. 'cs:' .. hid end
function L.key_open(p) return p .. 'open' end
function L.key_sending(p) return p .. 'sd' end
function L.key_sending_line(p, hid) return p .. 'sl:' .. hid end

-- views, in the routing slot
function L.key_view_of(p, hid) return p .. 'vw:' .. hid end
function L.key_members(p, view) return p .. 'vm:' .. view end
function L.key_edges_of(p, hid) return p .. 'he:' .. hid end
function L.key_edge(p, edge) return p .. 'ed:' .. edge end
function L.key_view_revs(p) return p .. 'vr' end

-- rows slot
function L.key_rows(p, day) return p .. 'rw:' .. day end
function L.key_row_version(p, view) return p .. 'rv:' .. view end
function L.key_row_changes(p) return p .. 'rc' end

-- system slot
function L.key_api_keys(p) return p .. 'keys' end
function L.key_api_key_ids(p) return p .. 'kid' end
function L.key_workspace(p, name) return p .. 'ws:' .. name end
function L.key_places(p, workspace) return p .. 'pl:' .. workspace end
function L.key_lease(p, workspace, source) return p .. 'ls:' .. workspace .. ':' .. source end
function L.key_dead_letter(p, workspace, letter) return p .. 'dl:' .. workspace .. ':' .. letter end
function L.key_dead_letters(p, workspace) return p .. 'dz:' .. workspace end
