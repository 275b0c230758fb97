-- name: User :one
SELECT password_hash, body FROM users WHERE name = $1;

-- name: Users :many
SELECT password_hash, body FROM users ORDER BY name;

-- name: InsertUser :execrows
INSERT INTO users (name, version, password_hash, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO NOTHING;

-- name: UpdateUser :execrows
UPDATE users SET version = $2, password_hash = $3, body = $4
WHERE name = $1 AND version = sqlc.arg(old_version);

-- name: PutSession :execrows
INSERT INTO session (token_hash, user_name, created_at, expires_at, body) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (token_hash) DO UPDATE
SET user_name = excluded.user_name, created_at = excluded.created_at, expires_at = excluded.expires_at, body = excluded.body;

-- name: Session :one
SELECT body FROM session WHERE token_hash = $1;

-- name: SessionsOf :many
SELECT body FROM session WHERE user_name = $1 ORDER BY created_at, token_hash;

-- name: DeleteSession :execrows
DELETE FROM session WHERE token_hash = $1;

-- name: PruneSessions :execrows
DELETE FROM session WHERE expires_at <= $1;
