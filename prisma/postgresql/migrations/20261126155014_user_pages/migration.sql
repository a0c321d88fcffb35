-- CreateIndex
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");

-- CreateIndex
CREATE INDEX "users_username_key_prefix" ON "users"("username_key" text_pattern_ops);

-- CreateIndex
CREATE INDEX "users_email_key_prefix" ON "users"("email_key" text_pattern_ops);
