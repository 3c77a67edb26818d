package dev.berth.storage;

import dev.berth.store.StoredImage;
import dev.berth.store.StoredPool;
import java.util.List;
import java.util.UUID;

/**
 * The recovery copy of all pools and images, as they were after a commit.
 *
 * @param host whose
 * @param commit number of that commit, see {@link Meta#commits()}
 * @param pools every pool
 * @param images every image
 */
record PoolsCopy(UUID host, long commit, List<StoredPool> pools, List<StoredImage> images) {

  PoolsCopy {
    pools = List.copyOf(pools);
    images = List.copyOf(images);
  }

  /** Whether both say the same, whenever they were made. */
  boolean saysTheSameAs(PoolsCopy other) {
    return host.equals(other.host) && pools.equals(other.pools) && images.equals(other.images);
  }
}
