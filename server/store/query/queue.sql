-- name: Queue :one
SELECT body FROM queue WHERE id = $1;

-- name: Queues :many
SELECT body FROM queue ORDER BY id;

-- name: InsertQueue :execrows
INSERT INTO queue (id, version, name, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO NOTHING;

-- name: UpdateQueue :execrows
UPDATE queue SET version = $2, name = $3, body = $4
WHERE id = $1 AND version = sqlc.arg(old_version);
