-- CreateTable
CREATE TABLE "counters" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "points" INTEGER NOT NULL,
    "expires_at" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "counters_expires_at_idx" ON "counters"("expires_at");
