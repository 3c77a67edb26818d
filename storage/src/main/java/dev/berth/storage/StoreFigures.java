package dev.berth.storage;

/**
 * What a store has done since it was opened.
 *
 * @param commits acknowledged commits
 * @param refused commits refused or failed
 * @param groups transactions; each carries one commit or many
 * @param syncs times the database was forced to disk
 * @param reopenings times the database was opened again after a failure of the disk
 * @param compactions times the database file was rewritten without its free space
 * @param copiesWritten recovery copies written
 */
public record StoreFigures(
    long commits,
    long refused,
    long groups,
    long syncs,
    long reopenings,
    long compactions,
    long copiesWritten) {}
