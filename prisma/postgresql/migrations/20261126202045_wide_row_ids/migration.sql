-- AlterTable
ALTER TABLE "revocations" ALTER COLUMN "id" SET DATA TYPE BIGINT;
ALTER SEQUENCE "revocations_id_seq" AS BIGINT;

-- AlterTable
ALTER TABLE "audit_events" ALTER COLUMN "id" SET DATA TYPE BIGINT;
ALTER SEQUENCE "audit_events_id_seq" AS BIGINT;
