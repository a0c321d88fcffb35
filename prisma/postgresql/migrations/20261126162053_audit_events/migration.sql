-- CreateTable
CREATE TABLE "audit_events" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "type" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "actor_id" TEXT,
    "user_id" TEXT,
    "session_id" TEXT,
    "token_id" TEXT,
    "ip" TEXT,
    "user_agent" TEXT,
    "reason" TEXT,
    "details" TEXT,
    "count" INTEGER NOT NULL,
    "bucket" TEXT,
    "last_at" TIMESTAMP(3),

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "audit_events_bucket_key" ON "audit_events"("bucket");

-- CreateIndex
CREATE INDEX "audit_events_user_id_id_idx" ON "audit_events"("user_id", "id");

-- CreateIndex
CREATE INDEX "audit_events_user_id_type_id_idx" ON "audit_events"("user_id", "type", "id");

-- CreateIndex
CREATE INDEX "audit_events_type_id_idx" ON "audit_events"("type", "id");

-- CreateIndex
CREATE INDEX "audit_events_at_idx" ON "audit_events"("at");
