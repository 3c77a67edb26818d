package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.Closer;
import dev.berth.config.CutLink.Blow;
import dev.berth.config.CutLink.Part;
import dev.berth.config.MigrationFault.Outcome;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.error.BerthException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.json.Json;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import dev.berth.testing.TestGuest;
import dev.berth.tls.TestAuthority;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A guest that counts and writes, and two hosts with a network between them, over which it goes
 * with its images, one fault of the network at a time. Not thread-safe; whoever made it closes it.
 */
final class CutLinkRig implements AutoCloseable {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final String WRITTEN = "data.raw";
  private static final String FULL = "full.raw";

  /** Of memory, and of each image: so that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 4 << 20;

  /** The guest writes as fast as that. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private static final Set<String> FOR_WANT_OF_TIME = Set.of("target-silent", "refused-by-target");

  private final Closer closer;
  private final NetworkLink link;
  private MigrationSite from;
  private MigrationSite to;
  private final Path console;
  private final GuestJournal journal;

  /** What the target's machine writes, once there is one. */
  private Optional<FileInputStream> atTarget = Optional.empty();

  private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);

  private CutLinkRig(
      Closer closer, NetworkLink link, MigrationSite from, MigrationSite to, String domain)
      throws IOException {
    this.closer = closer;
    this.link = link;
    this.from = from;
    this.to = to;
    this.console = Path.of(domain, "console.log");
    this.journal = GuestJournal.of(log(from), 0);
  }

  /** Two hosts and a guest, which is up. */
  static CutLinkRig start(Path directory, TestAuthority authority) throws Exception {
    Closer closer = Closer.create();
    boolean up = false;
    try {
      NetworkLink link = closer.register(NetworkLink.make());
      MigrationSite from = closer.register(site(directory, authority, link, "a", "b"));
      MigrationSite to = closer.register(site(directory, authority, link, "b", "a"));
      CutLinkRig rig = new CutLinkRig(closer, link, from, to, boot(from));
      rig.journal.awaitMore(3);
      up = true;
      return rig;
    } finally {
      if (!up) {
        closer.close();
      }
    }
  }

  private static MigrationSite site(
      Path directory, TestAuthority authority, NetworkLink link, String end, String other)
      throws Exception {
    Path home = Files.createDirectory(directory.resolve(end));
    Files.createDirectory(images(home));
    TlsHome tls =
        TlsHome.of(
            new TestHome(home),
            authority,
            "host-" + end,
            link.address(end),
            Part.CONTROL.port(),
            "host-" + other);
    return MigrationSite.start(home, tls.uri(), link.starter(end));
  }

  private static Path images(Path home) {
    return home.resolve("images");
  }

  private static Path image(MigrationSite site, String name) {
    return images(site.directory()).resolve(name);
  }

  private static String boot(MigrationSite site) throws IOException {
    Files.write(image(site, WRITTEN), new byte[(int) GuestJournal.diskBytes()]);
    Files.writeString(image(site, FULL), "a disk ".repeat(4 << 20).substring(0, 16 << 20));
    return site.ask(
        host -> {
          site.home()
              .defineGuestWith(
                  host,
                  "vm",
                  "memory: 128MiB\ndisks:\n"
                      + disk(site, WRITTEN)
                      + disk(site, FULL).stripTrailing(),
                  TestGuest.running(GuestJournal.COMMANDS));
          return host.start(VM, StartMode.RUNNING, PATIENT).snapshot().uuid().toString();
        });
  }

  private static String disk(MigrationSite site, String name) {
    String disk = name.substring(0, name.indexOf('.'));
    return "  - {name: " + disk + ", file: " + image(site, name) + ", format: raw}\n";
  }

  private Path log(MigrationSite site) {
    return site.home().settings().layout().logDirectory().resolve(console);
  }

  // ---- one cell

  /** One migration with that fault, all that has to hold after it, and another without a fault. */
  void suffer(CutLink cell) throws Exception {
    MigrationSite holder = cell.isAtSource() ? from : to;
    if (!cell.isUnderWay()) {
      holder.hold(cell.moment().point());
    }
    migrate(cell.isUnderWay());
    reach(cell, holder);
    lookAtTarget();
    strike(cell, holder);
    settle(cell);
    anotherAttempt();
  }

  /**
   * One migration whose source's daemon is killed before QEMU has the key of it, and another.
   *
   * @return what the first one says in the end
   */
  String loseTheKey() throws Exception {
    from.hold(CutLink.COPYING.point());
    migrate(false);
    from.awaitHeld(CutLink.COPYING.point());
    lookAtTarget();
    from.restart();
    asked.join();
    assertThat(outcome()).isEqualTo(Outcome.STAYS);
    String said = lastJob().orElseThrow().status().detail();
    follow(Outcome.STAYS);
    anotherAttempt();
    return said;
  }

  private void reach(CutLink cell, MigrationSite holder) throws Exception {
    if (cell.isUnderWay()) {
      awaitJob(
          cell.moment().phase(),
          job -> job.status().phase().equals(cell.moment().phase()) && isInProgress(job));
    } else {
      holder.awaitHeld(cell.moment().point());
    }
    if (cell.moment().equals(CutLink.SENT)) { // what follows is said before that is on record
      awaitPhase(to, JobKind.INCOMING_MIGRATION, TargetPhase.RECEIVED.text());
    } else if (cell.moment().equals(CutLink.RECEIVED)) {
      awaitPhase(from, JobKind.MIGRATION, SourcePhase.HANDED_OVER.text());
    }
    if (cell.part() != Part.CONTROL) {
      int port = cell.part().port();
      QemuOf.awaitThat("the " + cell + " is there", () -> link.isConnected(port));
    }
  }

  private static boolean isInProgress(Job job) {
    return job.status().progress().filter(progress -> progress.done() > 0).isPresent();
  }

  private void strike(CutLink cell, MigrationSite holder) throws Exception {
    int port = cell.part().port();
    switch (cell.blow()) {
      case RESET -> {
        link.reset(port);
        holder.release();
      }
      case PAUSE -> {
        link.cut(port);
        holder.release();
        awaitNotice(cell);
        link.heal(port);
      }
      case CUT -> {
        link.cutForGood(port);
        holder.release();
        awaitJobOrNone("the source makes up its mind", CutLinkRig::isDecided);
        if (cell.isBeforeSwitch()) {
          journal.awaitMore(2);
        }
        link.heal(port);
      }
    }
  }

  /** Until it has an effect; it has none where nothing is to be said any more. */
  private void awaitNotice(CutLink cell) throws IOException {
    int port = cell.part().port();
    if (cell.isBeforeSwitch()) {
      journal.awaitMore(2);
    } else {
      awaitJobOrNone(
          "somebody misses what is cut off",
          job -> link.isUnanswered(port) || isDecided(job) || isPast(cell, job));
    }
  }

  /** It has gone on without. */
  private static boolean isPast(CutLink cell, Job job) {
    return cell.isAtSource() && !job.status().phase().equals(cell.moment().phase());
  }

  /** The guest goes on here, or it is the target's, which does not answer. */
  private static boolean isDecided(Job job) {
    String phase = job.status().phase();
    return phase.equals(SourcePhase.TELLING.text())
        || phase.equals(SourcePhase.HANDED_OVER.text())
            && job.status().detail().contains("does not answer");
  }

  /** The call may be answered much later, or not at all. */
  private void migrate(boolean slowly) {
    MigrationRequest request =
        new MigrationRequest(
                to.address(),
                slowly ? Optional.of(SLOW) : Optional.empty(),
                slowly ? Optional.of(LONG) : Optional.empty(),
                Convergence.LEFT_TO_GUEST)
            .with(StorageCopy.into(images(to.directory())));
    MigrationSite source = from;
    asked =
        CompletableFuture.runAsync(
            () -> {
              try {
                source.tell(
                    host -> host.migrations().migrate(VM, request, JobOptions.none(), PATIENT));
              } catch (BerthException refused) {
                return; // what becomes of it is looked at below
              }
            });
  }

  private void awaitJob(String what, Predicate<Job> condition) {
    QemuOf.awaitThat(what, () -> job(from, JobKind.MIGRATION).filter(condition).isPresent());
  }

  private void awaitJobOrNone(String what, Predicate<Job> condition) {
    QemuOf.awaitThat(what, () -> job(from, JobKind.MIGRATION).map(condition::test).orElse(true));
  }

  private static void awaitPhase(MigrationSite site, JobKind kind, String phase) {
    QemuOf.awaitThat(
        "a job is " + phase,
        () -> job(site, kind).filter(job -> job.status().phase().equals(phase)).isPresent());
  }

  /** The one that goes on. */
  private static Optional<Job> job(MigrationSite site, JobKind kind) {
    return site.ask(
        host ->
            host.jobs().stream()
                .filter(job -> job.target().kind() == kind)
                .filter(job -> !job.status().state().isEnded())
                .findFirst());
  }

  private void lookAtTarget() throws IOException {
    if (atTarget.isEmpty() && Files.exists(log(to))) {
      atTarget = Optional.of(new FileInputStream(log(to).toFile()));
    }
  }

  // ---- what holds in the end

  private void settle(CutLink cell) throws Exception {
    asked.join();
    Outcome outcome = outcome();
    Optional<Job> job = lastJob();
    boolean wasTooSlow =
        cell.blow() != Blow.CUT
            && job.filter(it -> FOR_WANT_OF_TIME.contains(it.status().phase())).isPresent();
    if (!(wasTooSlow && outcome == Outcome.STAYS)) { // the machine was too busy to answer in time
      assertThat(outcome).as("%s: %s", cell, job).isEqualTo(cell.outcome());
    }
    follow(outcome);
  }

  private Optional<Job> lastJob() {
    return from.ask(
        host ->
            host.jobs().stream()
                .filter(job -> job.target().kind() == JobKind.MIGRATION)
                .findFirst());
  }

  private Outcome outcome() {
    AtomicReference<Optional<Outcome>> found = new AtomicReference<>(Optional.empty());
    try {
      QemuOf.awaitThat(
          "it settles",
          () -> {
            found.set(settled());
            return found.get().isPresent();
          });
    } catch (AssertionError never) {
      throw new AssertionError(
          never.getMessage() + ": " + describe(from) + "; " + describe(to), never);
    }
    return found.get().orElseThrow();
  }

  private Optional<Outcome> settled() {
    if (isBusy(from) || isBusy(to)) {
      return Optional.empty();
    }
    List<DomainSnapshot> here = from.ask(host -> host.list());
    List<DomainSnapshot> there = to.ask(host -> host.list());
    return Stream.concat(here.stream(), there.stream())
                .filter(domain -> domain.status().state() == DomainState.RUNNING)
                .count()
            == here.size() + there.size()
        ? Optional.of(here.isEmpty() ? Outcome.MOVES : Outcome.STAYS)
        : Optional.empty();
  }

  private static boolean isBusy(MigrationSite site) {
    return site.ask(host -> host.jobs().stream().anyMatch(job -> !job.status().state().isEnded()));
  }

  private static String describe(MigrationSite site) {
    return site.ask(host -> host.list() + " " + host.jobs()) + " " + site.daemon().lastWords();
  }

  /** Reads on where the guest is, and sees that it was nowhere else and that nothing is left. */
  private void follow(Outcome outcome) throws Exception {
    lookAtTarget();
    if (outcome == Outcome.MOVES) {
      assertThat(Files.mismatch(image(from, FULL), image(to, FULL))).isEqualTo(-1);
      journal.goOnWith(atTarget.orElseThrow());
      Files.delete(image(from, WRITTEN)); // they stay until somebody does that
      Files.delete(image(from, FULL));
      turnRound();
    } else if (atTarget.isPresent()) {
      try (FileInputStream log = atTarget.get()) {
        assertThat(GuestJournal.ranIn(log)).as("the guest ran at the target").isFalse();
      }
    }
    atTarget = Optional.empty();
    assertNothingElse();
    journal.awaitMore(2);
    from.tell(host -> host.pause(VM, PATIENT));
    journal.assertWrites(image(from, WRITTEN));
    from.tell(host -> host.resume(VM, PATIENT));
  }

  private void turnRound() {
    MigrationSite target = to;
    to = from;
    from = target;
  }

  /** Of the guest, there is what it has where it is; of its migration nothing. */
  private void assertNothingElse() throws IOException {
    QemuOf.awaitCount(from.directory(), 1);
    QemuOf.awaitCount(to.directory(), 0);
    from.assertRuns(1);
    from.assertLogs(1);
    to.assertRuns(0);
    to.assertLogs(0);
    assertThat(images(to.directory())).isEmptyDirectory();
    assertThat(images(from.directory()).toFile().list()).containsExactlyInAnyOrder(WRITTEN, FULL);
    assertThat(qmp("query-block-exports", "{}")).isEmpty();
    assertThat(qmp("query-jobs", "{}")).isEmpty();
    QemuOf.awaitThat("the key is taken back", () -> !names("/objects").contains("berth-stream"));
    assertThat(qmp("query-named-block-nodes", "{}").findValuesAsText("drv")).doesNotContain("nbd");
    assertThat(qmp("query-named-block-nodes", "{}").findValues("dirty-bitmaps")).isEmpty();
    assertThat(link.listening("a")).containsExactly(Part.CONTROL.port());
    assertThat(link.listening("b")).containsExactly(Part.CONTROL.port());
    try (Stream<Path> files = Files.walk(from.home().settings().layout().runDirectory())) {
      assertThat(files).noneMatch(file -> file.endsWith("keys.psk"));
    }
  }

  private List<String> names(String path) {
    return qmp("qom-list", "{\"path\": \"" + path + "\"}").findValuesAsText("name");
  }

  private JsonNode qmp(String command, String arguments) {
    String answer = from.ask(host -> host.qmp(VM, QmpRequest.of(command, arguments), PATIENT));
    try {
      return Json.read(answer);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void anotherAttempt() throws Exception {
    migrate(false);
    asked.join();
    assertThat(outcome()).as("another attempt").isEqualTo(Outcome.MOVES);
    follow(Outcome.MOVES);
  }

  @Override
  public void close() throws IOException {
    journal.close();
    if (atTarget.isPresent()) {
      atTarget.get().close();
    }
    closer.close();
  }
}
