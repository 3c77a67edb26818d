package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackup.Chain;
import dev.berth.backup.KnownBackup.State;
import dev.berth.engine.backup.BackupFolder.Kind;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.host.BackupRequest;
import dev.berth.image.ImageFiles;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is in a directory of backups, compared with what is on record of it: names, lengths,
 * times and headers, but no content. It is taken by a thread that storage may hold up, and judged
 * with what the domains note now; that is pure.
 */
public final class BackupSurvey {
  private final Path directory;
  private final Optional<String> absent;
  private final Map<String, Item> items = new TreeMap<>();
  private final Map<String, String> wrong = new HashMap<>();
  private final Set<String> withImages = new HashSet<>();

  /** One name in the directory. */
  private record Item(String name, Optional<BackupFolder> folder, Optional<BackupRecord> record) {

    /** The backup that is there. */
    Optional<Backup> complete() {
      return folder.flatMap(BackupFolder::backup);
    }

    Optional<Backup> backup() {
      return complete().or(() -> record.map(BackupRecord::backup));
    }
  }

  private BackupSurvey(Path directory, Optional<String> absent) {
    this.directory = directory;
    this.absent = absent;
  }

  /**
   * Looks at a directory.
   *
   * @param directory without symbolic links
   * @param records those of this directory
   */
  public static BackupSurvey take(
      BackupFiles files, ImageFiles images, Path directory, List<BackupRecord> records) {
    List<BackupFolder> folders;
    try {
      folders = files.scan(directory);
    } catch (BerthException gone) {
      return absent(directory, records, String.valueOf(gone.getMessage()));
    }
    BackupSurvey survey = new BackupSurvey(directory, Optional.empty());
    survey.collect(folders, records);
    survey.items.values().forEach(item -> survey.look(files, images, item));
    return survey;
  }

  /** One of a directory that nobody can look at now. */
  public static BackupSurvey absent(Path directory, List<BackupRecord> records, String why) {
    BackupSurvey survey = new BackupSurvey(directory, Optional.of(why));
    survey.collect(List.of(), records);
    return survey;
  }

  private void collect(List<BackupFolder> folders, List<BackupRecord> records) {
    Map<String, BackupFolder> there =
        folders.stream().collect(Collectors.toMap(BackupFolder::name, folder -> folder));
    Map<String, BackupRecord> known =
        records.stream()
            .collect(Collectors.toMap(record -> record.backup().name().text(), record -> record));
    Stream.concat(there.keySet().stream(), known.keySet().stream())
        .forEach(
            name ->
                items.put(
                    name,
                    new Item(
                        name,
                        Optional.ofNullable(there.get(name)),
                        Optional.ofNullable(known.get(name)))));
  }

  private void look(BackupFiles files, ImageFiles images, Item item) {
    if (item.complete().isEmpty()) {
      return;
    }
    Backup backup = item.complete().get();
    if (files.hasImages(backup)) {
      withImages.add(item.name());
    }
    for (BackedUpDisk disk : backup.disks().stream().filter(BackedUpDisk::isInFolder).toList()) {
      Optional<Path> below = below(backup, disk).map(BackedUpDisk::file);
      if (disk.since().isEmpty() || below.isPresent()) { // else that it is not there is what counts
        BackupChain.wrong(images, disk, below)
            .or(() -> writtenLater(files, item, disk))
            .ifPresent(why -> wrong.put(key(item.name(), disk.disk()), sentence(why)));
      }
    }
  }

  private static String sentence(String why) {
    return why.endsWith(".") ? why : why + ".";
  }

  private static String key(String backup, String disk) {
    return backup + "/" + disk;
  }

  private Optional<BackedUpDisk> below(Backup backup, BackedUpDisk disk) {
    return disk.since()
        .map(since -> items.get(since.text()))
        .flatMap(Item::complete)
        .filter(it -> it.origin().domain().equals(backup.origin().domain()))
        .flatMap(it -> it.disk(disk.disk()));
  }

  private Optional<String> writtenLater(BackupFiles files, Item item, BackedUpDisk disk) {
    Optional<Instant> then = item.record().map(record -> record.written().get(disk.disk()));
    if (then.isEmpty()) {
      return Optional.empty();
    }
    Instant now;
    try {
      now = files.written(disk.file());
    } catch (BerthException gone) {
      return Optional.of(String.valueOf(gone.getMessage()));
    }
    return now.equals(then.get())
        ? Optional.empty()
        : Optional.of(
            "'"
                + disk.file()
                + "' was written at "
                + now
                + ", after it was complete ("
                + then.get()
                + "). "
                + command("verify", item.name())
                + " tells whether it is as it was");
  }

  private String command(String verb, String name) {
    return "'vmctl backup " + verb + " " + directory + " " + name + "'";
  }

  /**
   * Sees whether there is the directory, or at least something on record of it.
   *
   * @throws HostFailureException when there is neither
   */
  public void requireAnything() {
    if (items.isEmpty()) {
      requireThere();
    }
  }

  /**
   * Sees whether there is the directory.
   *
   * @throws HostFailureException when there is none, or it cannot be read
   */
  public void requireThere() {
    if (absent.isPresent()) {
      throw new HostFailureException(absent.get());
    }
  }

  // ---- what is to be on record

  /** What is to be on record of the backups that are there with all images, and is not yet. */
  public List<BackupRecord> toRecord(BackupFiles files) {
    return items.values().stream()
        .filter(item -> withImages.contains(item.name()))
        .filter(item -> item.record().filter(it -> it.isOf(item.complete().get())).isEmpty())
        .map(item -> BackupRecord.of(files, item.complete().get()))
        .toList();
  }

  /** The backups that are there. */
  public List<Backup> complete() {
    return items.values().stream().map(Item::complete).flatMap(Optional::stream).toList();
  }

  /** The folders on record that are not there. */
  public List<Path> toForget() {
    return items.values().stream()
        .filter(item -> absent.isEmpty() && item.folder().isEmpty())
        .map(item -> directory.resolve(item.name()))
        .toList();
  }

  // ---- judging

  /** The domains whose backups there are. */
  public Set<UUID> domains() {
    return items.values().stream()
        .map(Item::backup)
        .flatMap(Optional::stream)
        .map(backup -> backup.origin().domain())
        .collect(Collectors.toSet());
  }

  /**
   * All backups, the oldest first, and last what has no time.
   *
   * @param notes of the domains that this host has
   */
  public List<KnownBackup> judged(Map<UUID, DomainNotes> notes) {
    Map<String, String> needsFull = new HashMap<>();
    Map<String, String> undecided = new HashMap<>();
    notes.forEach((domain, its) -> next(domain, its, needsFull, undecided));
    return items.values().stream()
        .sorted(
            Comparator.comparing((Item item) -> item.backup().map(Backup::at).orElse(Instant.MAX))
                .thenComparing(Item::name))
        .map(item -> known(item, needsFull, undecided))
        .toList();
  }

  /** What the next backup of a domain would do, and could stand on. */
  private void next(
      UUID domain, DomainNotes notes, Map<String, String> needsFull, Map<String, String> unknown) {
    List<Backup> usable =
        items.values().stream()
            .filter(item -> withImages.contains(item.name()))
            .map(item -> item.complete().orElseThrow())
            .filter(backup -> backup.origin().domain().equals(domain))
            .sorted(Comparator.comparingLong((Backup it) -> it.origin().sequence()).reversed())
            .toList();
    if (!notes.unknown().isEmpty()) {
      usable.stream()
          .flatMap(backup -> backup.disks().stream().map(disk -> key(backup, disk)))
          .forEach(
              key ->
                  unknown.put(
                      key,
                      "Whether the next backup can stand on it is not known: " + notes.unknown()));
      return;
    }
    BackupPlanner planner =
        new BackupPlanner(
            notes.name(),
            BackupRequest.to(directory, new BackupName("next")),
            JobId.random(),
            usable);
    for (BackupSource source : notes.sources()) {
      String why = planner.obstacle(source);
      usable.stream()
          .filter(backup -> backup.disk(source.disk()).filter(BackedUpDisk::isInFolder).isPresent())
          .findFirst()
          .filter(latest -> !why.isEmpty())
          .ifPresent(latest -> needsFull.put(key(latest.name().text(), source.disk()), why));
    }
  }

  private static String key(Backup backup, BackedUpDisk disk) {
    return key(backup.name().text(), disk.disk());
  }

  private KnownBackup known(
      Item item, Map<String, String> needsFull, Map<String, String> undecided) {
    Optional<Backup> backup = item.backup();
    Optional<String> problem = problem(item);
    List<Chain> chains = new ArrayList<>();
    for (BackedUpDisk disk : backup.map(Backup::disks).orElse(List.of())) {
      chains.add(
          problem.isPresent()
              ? unusable(disk.disk(), problem.get())
              : chain(item, backup.orElseThrow(), disk, needsFull, undecided));
    }
    if (chains.isEmpty()) {
      chains.add(unusable("", problem.orElse("It has no disks.")));
    }
    return new KnownBackup(directory.resolve(item.name()), backup, chains);
  }

  private Chain unusable(String disk, String why) {
    return new Chain(disk, absent.isPresent() ? State.NOT_THERE : State.BROKEN, why);
  }

  private Chain chain(
      Item item,
      Backup backup,
      BackedUpDisk disk,
      Map<String, String> needsFull,
      Map<String, String> undecided) {
    if (!disk.isInFolder()) {
      return new Chain(
          disk.disk(),
          State.OK,
          "It was written to a given file, which nobody looks at ('" + disk.file() + "').");
    }
    Optional<String> why = wrong(item, disk.disk());
    String key = key(item.name(), disk.disk());
    if (why.isPresent()) {
      return new Chain(disk.disk(), State.BROKEN, why.get());
    }
    if (needsFull.containsKey(key)) {
      return new Chain(
          disk.disk(),
          State.FULL_NEEDED,
          "The next backup is full: "
              + needsFull.get(key)
              + ". Back up domain '"
              + backup.origin().domainName()
              + "' to begin a new chain.");
    }
    List<String> notes = new ArrayList<>();
    if (item.record().isEmpty()) {
      notes.add("It is not on record: 'vmctl backup scan " + directory + "' takes it on.");
    }
    Optional.ofNullable(undecided.get(key)).ifPresent(notes::add);
    return new Chain(disk.disk(), State.OK, String.join(" ", notes));
  }

  /** What is wrong with the image of a disk, or with one below it. */
  private Optional<String> wrong(Item first, String disk) {
    Set<String> seen = new HashSet<>();
    Item item = first;
    while (seen.add(item.name())) {
      String here = wrong.get(key(item.name(), disk));
      if (here != null) {
        return Optional.of(item == first ? here : "Backup '" + item.name() + "': " + here);
      }
      Backup backup = item.complete().orElseThrow();
      Optional<BackupName> since = backup.disk(disk).flatMap(BackedUpDisk::since);
      if (since.isEmpty()) {
        return Optional.empty();
      }
      Optional<Item> below = Optional.ofNullable(items.get(since.get().text()));
      Optional<String> unusable = unusable(below, backup, disk);
      if (unusable.isPresent()) {
        return Optional.of("It stands on backup '" + since.get() + "'. " + unusable.get());
      }
      item = below.orElseThrow();
    }
    return Optional.of("It stands on itself, by way of '" + item.name() + "'.");
  }

  /** Why nothing of that backup can stand on what is below. */
  private Optional<String> unusable(Optional<Item> below, Backup above, String disk) {
    if (below.isEmpty()) {
      return Optional.of("That is not there. Bring it back, or make a full backup.");
    }
    Optional<String> problem = problem(below.get());
    boolean isIt =
        below
            .get()
            .complete()
            .filter(it -> it.origin().domain().equals(above.origin().domain()))
            .flatMap(it -> it.disk(disk))
            .isPresent();
    return problem.isPresent() || isIt
        ? problem
        : Optional.of("That is of another domain, or has nothing of disk '" + disk + "'.");
  }

  /** Why it is no backup that can be used, whatever its images are. */
  private Optional<String> problem(Item item) {
    Path folder = directory.resolve(item.name());
    if (absent.isPresent()) {
      return Optional.of(
          absent.get()
              + " Mount it. If it was moved, 'vmctl backup scan' what it is called now; if it is"
              + " gone for good, make it anew, empty, and scan that.");
    }
    if (item.folder().isEmpty()) {
      return Optional.of(
          "There is no backup '"
              + folder
              + "' any more. Bring it back, or take it off the record with "
              + command("delete", item.name())
              + ".");
    }
    BackupFolder there = item.folder().get();
    if (there.kind() == Kind.HALF_DELETED) {
      String name = BackupFolder.deletedName(item.name()).orElseThrow();
      return Optional.of(
          "Its deletion was not finished: " + command("delete", name) + " removes what is left.");
    }
    if (there.kind() == Kind.RENAMED) {
      return Optional.of("'" + folder + "' cannot be used: " + there.why() + ".");
    }
    if (there.kind() == Kind.UNREADABLE) {
      return Optional.of(
          "'"
              + folder.resolve(BackupReading.DESCRIPTION)
              + "' cannot be read: "
              + there.why()
              + ". Bring back the file from a copy, or remove the folder.");
    }
    return item.record().flatMap(record -> unlike(record, there.said().orElseThrow()));
  }

  private Optional<String> unlike(BackupRecord record, Backup there) {
    if (!record.isOf(there)) {
      return Optional.of(
          "On record is the backup of job "
              + record.backup().origin().job()
              + ", and there is that of job "
              + there.origin().job()
              + ". 'vmctl backup scan "
              + directory
              + "' takes it on record.");
    }
    return record.backup().equals(there)
        ? Optional.empty()
        : Optional.of(
            "'"
                + there.folder().resolve(BackupReading.DESCRIPTION)
                + "' was changed after it was complete. Bring back the file from a copy.");
  }
}
