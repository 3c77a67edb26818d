package dev.berth.engine;

/**
 * Those who bring one domain to other hosts, and in from them: its guest with its machine, or the
 * domain without one.
 */
record Moves(
    MigrationJobs migrations,
    ArrivalJobs arrivals,
    OfflineMigrations offlineMigrations,
    OfflineArrivals offlineArrivals) {}
