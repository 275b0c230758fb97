-- name: Account :one
SELECT body FROM account WHERE id = $1;

-- name: InsertAccount :execrows
INSERT INTO account (id, version, name, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO NOTHING;

-- name: UpdateAccount :execrows
UPDATE account SET version = $2, name = $3, body = $4
WHERE id = $1 AND version = sqlc.arg(old_version);

-- name: AccountsByNumber :many
SELECT account.body FROM account_number
JOIN account ON account.id = account_number.account
WHERE account_number.e164 = sqlc.arg(e164)
ORDER BY account.name, account.id
LIMIT sqlc.arg(row_limit);

-- name: CountAccountsByNumber :one
SELECT count(*) FROM account_number WHERE e164 = $1;

-- name: InsertAccountNumber :exec
INSERT INTO account_number (e164, account) VALUES ($1, $2)
ON CONFLICT (e164, account) DO NOTHING;

-- name: DeleteAccountNumbers :exec
DELETE FROM account_number WHERE account = $1;

-- name: AccountWords :many
SELECT word FROM account_word WHERE account = $1;

-- name: InsertAccountWords :exec
INSERT INTO account_word (account, word)
VALUES ($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6), ($1, $7), ($1, $8), ($1, $9)
ON CONFLICT (word, account) DO NOTHING;

-- name: DeleteAccountWord :exec
DELETE FROM account_word WHERE account = $1 AND word = $2;

-- name: FindAccounts :many
SELECT account_word.word, account_word.account FROM account_word
WHERE account_word.word >= sqlc.arg(low1) AND account_word.word < sqlc.arg(high1)
    AND (account_word.word > sqlc.arg(low1) OR account_word.account > sqlc.arg(after_account))
    AND EXISTS (SELECT 1 FROM account_word w2 WHERE w2.account = account_word.account AND w2.word >= sqlc.arg(low2) AND w2.word < sqlc.arg(high2))
    AND EXISTS (SELECT 1 FROM account_word w3 WHERE w3.account = account_word.account AND w3.word >= sqlc.arg(low3) AND w3.word < sqlc.arg(high3))
    AND EXISTS (SELECT 1 FROM account_word w4 WHERE w4.account = account_word.account AND w4.word >= sqlc.arg(low4) AND w4.word < sqlc.arg(high4))
ORDER BY account_word.word, account_word.account
LIMIT sqlc.arg(row_limit);
