package dev.berth.store;

import java.nio.file.Path;
import java.util.UUID;

/**
 * A complete backup as it is stored. It outlives its domain.
 *
 * @param folder where it is; absolute, without symbolic links
 * @param domain of which it is
 * @param document the backup as JSON
 */
public record StoredBackup(Path folder, UUID domain, String document) {}
