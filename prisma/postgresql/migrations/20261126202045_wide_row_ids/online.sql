-- PostgreSQL rewrites a table whose column gets another type, and stops all reads and writes of it meanwhile. So each table
-- gets a second column, which is filled while others write and then takes the place of the first.

-- Step: a second column, which every row that is written from now on has
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".revocations'::regclass AND attname = 'id' AND atttypid = 'int8'::regtype) THEN
    RETURN;
  END IF;
  ALTER TABLE :"schema"."revocations" ADD COLUMN IF NOT EXISTS "wide_id" BIGINT;
  CREATE OR REPLACE FUNCTION :"schema".sallyport_widen_id() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN NEW.wide_id := NEW.id; RETURN NEW; END';
  DROP TRIGGER IF EXISTS "sallyport_widen_id" ON :"schema"."revocations";
  CREATE TRIGGER "sallyport_widen_id" BEFORE INSERT ON :"schema"."revocations"
    FOR EACH ROW EXECUTE FUNCTION :"schema".sallyport_widen_id();
END $$;

-- Step: the rows written before, in batches
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".revocations'::regclass AND attname = 'wide_id' AND NOT attisdropped)
DO $$
DECLARE
  low BIGINT;
  high BIGINT;
BEGIN
  SELECT min("id"), max("id") INTO low, high FROM :"schema"."revocations" WHERE "wide_id" IS NULL;
  WHILE low <= high LOOP
    UPDATE :"schema"."revocations" SET "wide_id" = "id" WHERE "id" >= low AND "id" < low + 5000 AND "wide_id" IS NULL;
    COMMIT;
    low := low + 5000;
  END LOOP;
END $$;

-- Step: no row lacks it, which PostgreSQL checks while others write
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".revocations'::regclass AND attname = 'wide_id' AND NOT attisdropped)
ALTER TABLE :"schema"."revocations" DROP CONSTRAINT IF EXISTS "revocations_wide_id_check";
ALTER TABLE :"schema"."revocations" ADD CONSTRAINT "revocations_wide_id_check" CHECK ("wide_id" IS NOT NULL) NOT VALID;

-- Step: the check
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".revocations'::regclass AND attname = 'wide_id' AND NOT attisdropped)
ALTER TABLE :"schema"."revocations" VALIDATE CONSTRAINT "revocations_wide_id_check";

-- Step: one index
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".revocations'::regclass AND attname = 'wide_id' AND NOT attisdropped)
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "revocations_wide_pkey" ON :"schema"."revocations"("wide_id");

-- Step: the second column takes the place of the first, which changes the catalogue alone
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".revocations'::regclass AND attname = 'wide_id' AND NOT attisdropped)
LOCK TABLE :"schema"."revocations" IN ACCESS EXCLUSIVE MODE;
DROP TRIGGER "sallyport_widen_id" ON :"schema"."revocations";
ALTER TABLE :"schema"."revocations" ALTER COLUMN "wide_id" SET NOT NULL;
ALTER TABLE :"schema"."revocations" DROP CONSTRAINT "revocations_wide_id_check";
ALTER SEQUENCE :"schema"."revocations_id_seq" OWNED BY NONE;
ALTER TABLE :"schema"."revocations" DROP COLUMN "id";
ALTER TABLE :"schema"."revocations" RENAME COLUMN "wide_id" TO "id";
ALTER TABLE :"schema"."revocations" ALTER COLUMN "id" SET DEFAULT nextval(':"schema"."revocations_id_seq"');
ALTER TABLE :"schema"."revocations" ADD CONSTRAINT "revocations_pkey" PRIMARY KEY USING INDEX "revocations_wide_pkey";
ALTER SEQUENCE :"schema"."revocations_id_seq" OWNED BY :"schema"."revocations"."id";
ALTER SEQUENCE :"schema"."revocations_id_seq" AS BIGINT;

-- Step: a second column, which every row that is written from now on has
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'id' AND atttypid = 'int8'::regtype) THEN
    RETURN;
  END IF;
  ALTER TABLE :"schema"."audit_events" ADD COLUMN IF NOT EXISTS "wide_id" BIGINT;
  CREATE OR REPLACE FUNCTION :"schema".sallyport_widen_id() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN NEW.wide_id := NEW.id; RETURN NEW; END';
  DROP TRIGGER IF EXISTS "sallyport_widen_id" ON :"schema"."audit_events";
  CREATE TRIGGER "sallyport_widen_id" BEFORE INSERT ON :"schema"."audit_events"
    FOR EACH ROW EXECUTE FUNCTION :"schema".sallyport_widen_id();
END $$;

-- Step: the rows written before, in batches
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
DO $$
DECLARE
  low BIGINT;
  high BIGINT;
BEGIN
  SELECT min("id"), max("id") INTO low, high FROM :"schema"."audit_events" WHERE "wide_id" IS NULL;
  WHILE low <= high LOOP
    UPDATE :"schema"."audit_events" SET "wide_id" = "id" WHERE "id" >= low AND "id" < low + 5000 AND "wide_id" IS NULL;
    COMMIT;
    low := low + 5000;
  END LOOP;
END $$;

-- Step: no row lacks it, which PostgreSQL checks while others write
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
ALTER TABLE :"schema"."audit_events" DROP CONSTRAINT IF EXISTS "audit_events_wide_id_check";
ALTER TABLE :"schema"."audit_events" ADD CONSTRAINT "audit_events_wide_id_check" CHECK ("wide_id" IS NOT NULL) NOT VALID;

-- Step: the check
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
ALTER TABLE :"schema"."audit_events" VALIDATE CONSTRAINT "audit_events_wide_id_check";

-- Step: one index
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "audit_events_wide_pkey" ON :"schema"."audit_events"("wide_id");

-- Step: one index
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
CREATE INDEX CONCURRENTLY IF NOT EXISTS "audit_events_user_id_id_idx_wide" ON :"schema"."audit_events"("user_id", "wide_id");

-- Step: one index
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
CREATE INDEX CONCURRENTLY IF NOT EXISTS "audit_events_user_id_type_id_idx_wide" ON :"schema"."audit_events"("user_id", "type", "wide_id");

-- Step: one index
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
CREATE INDEX CONCURRENTLY IF NOT EXISTS "audit_events_type_id_idx_wide" ON :"schema"."audit_events"("type", "wide_id");

-- Step: the second column takes the place of the first, which changes the catalogue alone
-- If: EXISTS (SELECT FROM pg_attribute WHERE attrelid = ':"schema".audit_events'::regclass AND attname = 'wide_id' AND NOT attisdropped)
LOCK TABLE :"schema"."audit_events" IN ACCESS EXCLUSIVE MODE;
DROP TRIGGER "sallyport_widen_id" ON :"schema"."audit_events";
ALTER TABLE :"schema"."audit_events" ALTER COLUMN "wide_id" SET NOT NULL;
ALTER TABLE :"schema"."audit_events" DROP CONSTRAINT "audit_events_wide_id_check";
ALTER SEQUENCE :"schema"."audit_events_id_seq" OWNED BY NONE;
ALTER TABLE :"schema"."audit_events" DROP COLUMN "id";
ALTER TABLE :"schema"."audit_events" RENAME COLUMN "wide_id" TO "id";
ALTER TABLE :"schema"."audit_events" ALTER COLUMN "id" SET DEFAULT nextval(':"schema"."audit_events_id_seq"');
ALTER TABLE :"schema"."audit_events" ADD CONSTRAINT "audit_events_pkey" PRIMARY KEY USING INDEX "audit_events_wide_pkey";
ALTER INDEX :"schema"."audit_events_user_id_id_idx_wide" RENAME TO "audit_events_user_id_id_idx";
ALTER INDEX :"schema"."audit_events_user_id_type_id_idx_wide" RENAME TO "audit_events_user_id_type_id_idx";
ALTER INDEX :"schema"."audit_events_type_id_idx_wide" RENAME TO "audit_events_type_id_idx";
ALTER SEQUENCE :"schema"."audit_events_id_seq" OWNED BY :"schema"."audit_events"."id";
ALTER SEQUENCE :"schema"."audit_events_id_seq" AS BIGINT;

-- Step: what is no longer needed
DROP FUNCTION IF EXISTS :"schema".sallyport_widen_id();
