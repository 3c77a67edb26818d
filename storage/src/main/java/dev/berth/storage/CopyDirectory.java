package dev.berth.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The directory of recovery copies. */
final class CopyDirectory {
  private static final String ENDING = ".json";
  private static final String HOST = "host" + ENDING;
  private static final String POOLS = "pools" + ENDING;
  private static final long SIZE_LIMIT_BYTES = 16L * 1024 * 1024;

  private final Path directory;

  CopyDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * What the directory holds.
   *
   * @param host the copy about the host, if readable
   * @param pools the copy of pools and images, if readable
   * @param domains the readable copies of domains
   * @param unreadable file name to reason, for the others
   */
  record Contents(
      Optional<HostCopy> host,
      Optional<PoolsCopy> pools,
      Map<UUID, RecoveryCopy> domains,
      Map<String, String> unreadable) {

    boolean isEmpty() {
      return host.isEmpty() && pools.isEmpty() && domains.isEmpty() && unreadable.isEmpty();
    }

    /** The same, where copies of other hosts count as unreadable. */
    Contents of(UUID hostId) {
      Map<UUID, RecoveryCopy> ours = new TreeMap<>();
      Map<String, String> others = new TreeMap<>(unreadable);
      domains.forEach(
          (uuid, copy) -> {
            if (copy.host().equals(hostId)) {
              ours.put(uuid, copy);
            } else {
              others.put(uuid + ENDING, "it was made by host " + copy.host());
            }
          });
      return new Contents(
          host.filter(copy -> copy.host().equals(hostId)),
          pools.filter(copy -> copy.host().equals(hostId)),
          ours,
          others);
    }

    /** The id of the host that made these copies. */
    Optional<UUID> hostId() {
      return host.map(HostCopy::host)
          .or(() -> pools.map(PoolsCopy::host))
          .or(() -> domains.values().stream().map(RecoveryCopy::host).findFirst());
    }

    /** The highest event number that any copy knows of. */
    long newestSequence() {
      long newest = host.map(HostCopy::sequence).orElse(0L);
      for (RecoveryCopy copy : domains.values()) {
        newest = Math.max(newest, copy.sequence());
      }
      return newest;
    }

    /** The highest commit number that any copy knows of. */
    long newestCommit() {
      return Math.max(
          pools.map(PoolsCopy::commit).orElse(0L),
          domains.values().stream().mapToLong(RecoveryCopy::commit).max().orElse(0));
    }

    List<RecoveryCopy> newestFirst() {
      return domains.values().stream()
          .sorted((a, b) -> Long.compare(b.commit(), a.commit()))
          .toList();
    }
  }

  /** Reads every copy and removes what was not finished. */
  Contents read() throws IOException {
    Optional<HostCopy> host = Optional.empty();
    Optional<PoolsCopy> pools = Optional.empty();
    Map<UUID, RecoveryCopy> domains = new TreeMap<>();
    Map<String, String> unreadable = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        try {
          if (name.endsWith(DurableFile.UNFINISHED)) {
            Files.deleteIfExists(file);
          } else if (name.equals(HOST)) {
            host = Optional.of(CopyFormat.hostCopy(content(file)));
          } else if (name.equals(POOLS)) {
            pools = Optional.of(CopyFormat.poolsCopy(content(file)));
          } else if (name.endsWith(ENDING)) {
            RecoveryCopy copy = CopyFormat.domainCopy(content(file));
            if (!file.equals(file(copy.uuid()))) {
              throw new UnreadableCopyException("it is a copy of domain " + copy.uuid());
            }
            domains.put(copy.uuid(), copy);
          }
        } catch (UnreadableCopyException | IOException e) {
          unreadable.put(name, String.valueOf(e.getMessage()));
        }
      }
    }
    return new Contents(host, pools, domains, unreadable);
  }

  Path file(UUID domain) {
    return directory.resolve(domain + ENDING);
  }

  Path hostFile() {
    return directory.resolve(HOST);
  }

  Path poolsFile() {
    return directory.resolve(POOLS);
  }

  void sync() throws IOException {
    DurableFile.syncDirectory(directory);
  }

  private static byte[] content(Path file) throws IOException, UnreadableCopyException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new UnreadableCopyException("it is no regular file");
    }
    if (Files.size(file) > SIZE_LIMIT_BYTES) {
      throw new UnreadableCopyException("it has more than " + SIZE_LIMIT_BYTES + " bytes");
    }
    return Files.readAllBytes(file);
  }
}
