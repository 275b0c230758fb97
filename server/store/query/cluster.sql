-- name: Setting :one
SELECT value FROM setting WHERE key = $1;

-- name: PutSetting :exec
INSERT INTO setting (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: AcquireLease :many
INSERT INTO lease (name, holder, epoch, expires_at, fenced)
VALUES (sqlc.arg(name), sqlc.arg(holder), 1, sqlc.arg(expires_at), 0)
ON CONFLICT (name) DO UPDATE
SET epoch = CASE WHEN lease.holder = excluded.holder THEN lease.epoch ELSE lease.epoch + 1 END,
    holder = excluded.holder,
    expires_at = excluded.expires_at
WHERE lease.holder = excluded.holder OR lease.expires_at <= sqlc.arg(now_at)
RETURNING epoch;

-- name: Lease :one
SELECT holder, epoch, expires_at FROM lease WHERE name = $1;

-- name: ReleaseLease :exec
UPDATE lease SET holder = '', expires_at = 0 WHERE name = $1 AND holder = $2;

-- name: Fence :execrows
UPDATE lease SET fenced = fenced + 1 WHERE name = $1 AND epoch = $2 AND holder <> '';

-- name: PutNode :exec
INSERT INTO node (id, started_at, seen_at, calls) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE
SET started_at = excluded.started_at, seen_at = excluded.seen_at, calls = excluded.calls;

-- name: Nodes :many
SELECT id, started_at, seen_at, calls FROM node ORDER BY started_at, id;

-- name: DeleteNode :exec
DELETE FROM node WHERE id = $1;
