-- compatible-with: all
-- AlterTable
ALTER TABLE "revocations" ADD COLUMN "before_version" INTEGER;
