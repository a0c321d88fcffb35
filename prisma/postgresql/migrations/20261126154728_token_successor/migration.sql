-- AlterTable
ALTER TABLE "tokens" ADD COLUMN     "successor_jti" TEXT;
