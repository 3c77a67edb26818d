package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.KnownBackup;
import dev.berth.domain.DomainName;
import dev.berth.engine.ImageLedger.Entry;
import dev.berth.engine.backup.BackupRecord;
import dev.berth.engine.backup.BackupSurvey;
import dev.berth.engine.backup.DomainNotes;
import dev.berth.engine.thread.Answers;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.store.Change;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a host knows of complete backups: what is in their directories, what is on record of it, and
 * what the domains note now, compared whenever somebody asks. The images are what counts: records
 * are read back from them by {@link #scan}. Thread-safe.
 */
final class BackupRegister {
  /** A directory that is scanned must not fill the store. */
  static final int MOST_RECORDS = 10_000;

  /** How long a directory, or a domain, is waited for while others have answered. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HostServices host;
  private final Domains domains;
  private final ImageLedger ledger;

  BackupRegister(HostServices host, Domains domains, ImageLedger ledger) {
    this.host = host;
    this.domains = domains;
    this.ledger = ledger;
  }

  /** The backups in a directory, the oldest first. */
  CompletableFuture<List<KnownBackup>> known(Path directory, String actor) {
    return survey(directory).thenCompose(survey -> judged(List.of(survey), actor));
  }

  /** The backups of a domain in all directories that are known, the oldest first. */
  CompletableFuture<List<KnownBackup>> known(DomainDriver domain, String actor) {
    UUID uuid = domain.snapshot().uuid();
    return domain
        .backupDirectories()
        .thenCompose(ofJobs -> aside(() -> directories(uuid, ofJobs)))
        .thenCompose(this::surveys)
        .thenCompose(surveys -> judged(surveys, actor))
        .thenApply(all -> all.stream().filter(known -> isOf(known, uuid)).toList());
  }

  private static boolean isOf(KnownBackup known, UUID domain) {
    return known.backup().filter(it -> it.origin().domain().equals(domain)).isPresent();
  }

  private List<Path> directories(UUID domain, List<Path> ofJobs) {
    return Stream.concat(
            host.backupRecords().of(domain).stream().map(BackupRecord::directory),
            ofJobs.stream().map(RestorePlanning::real))
        .distinct()
        .sorted()
        .toList();
  }

  private CompletableFuture<List<BackupSurvey>> surveys(List<Path> directories) {
    return all(
        directories.stream()
            .map(
                directory ->
                    patiently(
                        aside(() -> take(directory)),
                        why ->
                            BackupSurvey.absent(
                                directory, host.backupRecords().in(directory), why)))
            .toList());
  }

  /**
   * Takes on record what is in a directory, and off the record what is not there any more.
   *
   * @throws HostFailureException when there is no such directory
   * @throws InvalidStateException when there are more backups than are kept on record
   */
  CompletableFuture<List<KnownBackup>> scan(Path directory, String actor) {
    return survey(directory)
        .thenCompose(survey -> aside(() -> changes(survey)))
        .thenCompose(changes -> record(changes, actor))
        .thenCompose(done -> known(directory, actor));
  }

  private List<Change> changes(BackupSurvey survey) {
    survey.requireThere();
    List<Change> changes = new ArrayList<>();
    survey.toForget().forEach(folder -> changes.add(new Change.RemoveBackup(folder)));
    host.backupRecords().elsewhere(survey.complete()).stream()
        .filter(folder -> !host.backupFiles().isThere(folder)) // else it is a copy
        .forEach(folder -> changes.add(new Change.RemoveBackup(folder)));
    survey.toRecord(host.backupFiles()).forEach(record -> changes.addAll(record.changes()));
    return changes;
  }

  private CompletableFuture<Void> record(List<Change> changes, String actor) {
    return ledger.turn(
        turn -> {
          long more = changes.stream().filter(Change.PutBackup.class::isInstance).count();
          long fewer = changes.size() - more;
          if (more > 0 && host.backupRecords().size() + more - fewer > MOST_RECORDS) {
            throw new InvalidStateException(
                "There are "
                    + more
                    + " backups that are not on record, and with them there would be more than the "
                    + MOST_RECORDS
                    + " that are kept. Keep them in directories of their own, and list those.");
          }
          Entry entry = Entry.by(actor);
          changes.forEach(entry::change);
          return changes.isEmpty() ? CompletableFuture.completedFuture(null) : turn.record(entry);
        });
  }

  // ---- its parts

  private CompletableFuture<BackupSurvey> survey(Path directory) {
    return aside(
        () -> {
          BackupSurvey survey = take(RestorePlanning.real(directory));
          survey.requireAnything();
          return survey;
        });
  }

  private BackupSurvey take(Path directory) {
    return BackupSurvey.take(
        host.backupFiles(), host.images(), directory, host.backupRecords().in(directory));
  }

  private CompletableFuture<List<KnownBackup>> judged(List<BackupSurvey> surveys, String actor) {
    Map<UUID, CompletableFuture<DomainNotes>> asked = new LinkedHashMap<>();
    surveys.stream()
        .flatMap(survey -> survey.domains().stream())
        .distinct()
        .forEach(
            uuid -> domains.find(uuid).ifPresent(domain -> asked.put(uuid, notes(domain, actor))));
    return all(asked.values())
        .thenApplyAsync(
            answered -> {
              Map<UUID, DomainNotes> notes = new LinkedHashMap<>();
              asked.forEach((uuid, answer) -> notes.put(uuid, answer.join()));
              return surveys.stream()
                  .flatMap(survey -> survey.judged(notes).stream())
                  .sorted(
                      Comparator.comparing(
                          known -> known.backup().map(Backup::at).orElse(Instant.MAX)))
                  .toList();
            },
            host.looks());
  }

  private CompletableFuture<DomainNotes> notes(DomainDriver domain, String actor) {
    DomainName name = domain.snapshot().name();
    return patiently(
        domain.backupSources(actor).thenApply(sources -> new DomainNotes(name, sources, "")),
        why -> DomainNotes.unknown(name, why));
  }

  /** What it comes to, or what is said instead when it fails or takes too long. */
  private <T> CompletableFuture<T> patiently(
      CompletableFuture<T> asked, Function<String, T> otherwise) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    asked.whenComplete(
        (value, failure) ->
            answer.complete(
                failure == null
                    ? value
                    : otherwise.apply(String.valueOf(Answers.cause(failure).getMessage()))));
    Future<?> due =
        host.timers()
            .after(
                PATIENCE,
                () ->
                    answer.complete(
                        otherwise.apply(
                            "It has not answered for " + PATIENCE.toSeconds() + " s.")));
    answer.whenComplete((value, failure) -> due.cancel(false));
    return answer;
  }

  private static <T> CompletableFuture<List<T>> all(Collection<CompletableFuture<T>> each) {
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(done -> each.stream().map(CompletableFuture::join).toList());
  }

  private <T> CompletableFuture<T> aside(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, host.looks());
  }
}
