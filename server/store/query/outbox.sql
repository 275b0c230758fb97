-- name: InsertCommand :execrows
INSERT INTO command (actor, id, at) VALUES ($1, $2, $3)
ON CONFLICT (actor, id) DO NOTHING;

-- name: PruneCommands :execrows
DELETE FROM command WHERE at < $1;

-- name: TakeSequences :one
UPDATE event_sequence SET value = value + sqlc.arg(events) WHERE id = 1 RETURNING value;

-- name: Sequence :one
SELECT value FROM event_sequence WHERE id = 1;

-- name: InsertEvent :exec
INSERT INTO event (sequence, kind, entity, version, name, at, actor, state, published)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, FALSE);

-- name: Unpublished :many
SELECT sequence, kind, entity, version, name, at, actor, state FROM event
WHERE NOT published AND at < sqlc.arg(older_than)
ORDER BY sequence
LIMIT sqlc.arg(row_limit);

-- name: MarkPublished :exec
UPDATE event SET published = TRUE
WHERE NOT published AND sequence >= sqlc.arg(first) AND sequence <= sqlc.arg(last);

-- name: PruneEvents :execrows
DELETE FROM event
WHERE event.published AND event.at < sqlc.arg(before)
    AND sequence IN (SELECT e.sequence FROM event e ORDER BY e.sequence LIMIT sqlc.arg(row_limit));

-- name: Events :many
SELECT sequence, kind, entity, version, name, at, actor, state FROM event
WHERE sequence > sqlc.arg(after)
ORDER BY sequence
LIMIT sqlc.arg(row_limit);
