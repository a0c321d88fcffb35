-- Step: one index
CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_created_at_id_idx" ON :"schema"."users"("created_at", "id");

-- Step: one index
CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_username_key_prefix" ON :"schema"."users"("username_key" text_pattern_ops);

-- Step: one index
CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_email_key_prefix" ON :"schema"."users"("email_key" text_pattern_ops);
