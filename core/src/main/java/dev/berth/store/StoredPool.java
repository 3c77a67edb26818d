package dev.berth.store;

import dev.berth.image.PoolName;
import java.nio.file.Path;

/**
 * A pool as it is stored.
 *
 * @param name what it is called by
 * @param directory absolute path
 */
public record StoredPool(PoolName name, Path directory) {}
