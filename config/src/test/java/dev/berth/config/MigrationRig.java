package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.MigrationFault.Blow;
import dev.berth.config.MigrationFault.Moment;
import dev.berth.config.MigrationFault.Outcome;
import dev.berth.config.MigrationFault.Part;
import dev.berth.config.MigrationFault.Side;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import dev.berth.testing.TestGuest;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A guest that counts and writes, and two hosts between which it goes, one fault at a time. Not
 * thread-safe; whoever made it closes it.
 */
final class MigrationRig implements AutoCloseable {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final Moment INCOMING = Moment.target(TargetPhase.INCOMING);
  private static final Moment TRANSFERRING = Moment.source(SourcePhase.TRANSFERRING);

  /** Slow enough that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 4 << 20;

  private static final long FAST = 1 << 30;

  private final Path directory;
  private final Guest guest;
  private final Path image;
  private final Path console;
  private MigrationSite from;
  private MigrationSite to;
  private GuestJournal journal;

  /** How far a guest had counted when it was paused. */
  private int paused;

  /** What the target's machine writes, once there is one. */
  private Optional<FileInputStream> atTarget = Optional.empty();

  private Optional<SocketProxy> stream = Optional.empty();
  private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);

  private MigrationRig(
      Path directory, Guest guest, MigrationSite from, MigrationSite to, String domain)
      throws IOException {
    this.directory = directory;
    this.guest = guest;
    this.image = directory.resolve("data.raw");
    this.from = from;
    this.to = to;
    this.console = Path.of(domain, "console.log");
    this.journal = GuestJournal.of(log(from), 0);
  }

  /** Two hosts and a guest, which is up. */
  static MigrationRig start(Path directory) throws Exception {
    return start(directory, Guest.RUNNING, home -> {});
  }

  /** Two hosts, whose homes are furnished by that, and a guest that runs or is paused. */
  static MigrationRig start(Path directory, Guest guest, Consumer<TestHome> furnisher)
      throws Exception {
    Path image =
        Files.write(directory.resolve("data.raw"), new byte[(int) GuestJournal.diskBytes()]);
    MigrationSite from = MigrationSite.start(directory.resolve("a"), furnisher);
    MigrationSite to = MigrationSite.start(directory.resolve("b"), furnisher);
    boolean up = false;
    try {
      MigrationRig rig = new MigrationRig(directory, guest, from, to, boot(from, image));
      rig.journal.awaitMore(5);
      rig.stand();
      up = true;
      return rig;
    } finally {
      if (!up) {
        from.close();
        to.close();
      }
    }
  }

  private static String boot(MigrationSite site, Path image) {
    return site.ask(
        host -> {
          site.home()
              .defineGuestWith(
                  host,
                  "vm",
                  "memory: 128MiB\ndisks:\n  - {name: data, file: " + image + ", format: raw}",
                  TestGuest.running(GuestJournal.COMMANDS));
          return host.start(VM, StartMode.RUNNING, PATIENT).snapshot().uuid().toString();
        });
  }

  private Path log(MigrationSite site) {
    return site.home().settings().layout().logDirectory().resolve(console);
  }

  // ---- one cell

  /** One migration with that fault, all that has to hold after it, and another without a fault. */
  void suffer(MigrationFault cell) throws Exception {
    reach(cell);
    lookAtTarget();
    boolean held = !cell.moment().equals(TRANSFERRING);
    begin(cell);
    if (held && !isStopped(cell, holder(cell))) {
      holder(cell).release();
      held = false;
    }
    awaitConsequence(cell);
    end(cell);
    if (held) {
      holder(cell).release();
    }
    if (cell.moment().equals(TRANSFERRING)) {
      hurry();
    }
    settle(cell);
    stream.ifPresent(SocketProxy::close);
    stream = Optional.empty();
    anotherAttempt();
  }

  private MigrationSite holder(MigrationFault cell) {
    return cell.moment().side() == Side.SOURCE ? from : to;
  }

  private boolean isStopped(MigrationFault cell, MigrationSite site) {
    return cell.blow() == Blow.STOP
        && (cell.part() == Part.SOURCE_DAEMON && site == from
            || cell.part() == Part.TARGET_DAEMON && site == to);
  }

  /** Brings a migration there, where it waits. */
  private void reach(MigrationFault cell) throws Exception {
    boolean slow = cell.moment().equals(TRANSFERRING) || cell.moment().isBack();
    if (cell.part() == Part.STREAM) {
      to.hold(INCOMING.point());
      migrate(slow);
      to.awaitHeld(INCOMING.point());
      stream = Optional.of(betweenQemus());
      if (!slow) {
        holder(cell).hold(cell.moment().point());
      }
      to.release();
    } else {
      if (!slow) {
        holder(cell).hold(cell.moment().point());
      }
      migrate(slow);
    }
    if (slow) {
      awaitSending();
    }
    if (cell.moment().isBack()) {
      holder(cell).hold(cell.moment().point());
      Job job = job(from, JobKind.MIGRATION).orElseThrow();
      MigrationSite source = from;
      ask(() -> source.tell(host -> host.cancelJob(job.id())));
    }
    if (!cell.moment().equals(TRANSFERRING)) {
      holder(cell).awaitHeld(cell.moment().point());
    }
    if (cell.moment().equals(Moment.source(SourcePhase.SENT))) {
      awaitPhase(to, JobKind.INCOMING_MIGRATION, TargetPhase.RECEIVED.text());
    } else if (cell.moment().equals(Moment.target(TargetPhase.RECEIVED))) {
      awaitPhase(from, JobKind.MIGRATION, SourcePhase.HANDED_OVER.text());
    }
  }

  /** The call may be answered much later, or not at all. */
  private void migrate(boolean slowly) {
    MigrationRequest request =
        new MigrationRequest(
            to.address(),
            slowly ? Optional.of(SLOW) : Optional.empty(),
            Optional.empty(),
            Convergence.LEFT_TO_GUEST);
    MigrationSite source = from;
    ask(
        () ->
            source.tell(
                host -> host.migrations().migrate(VM, request, JobOptions.none(), PATIENT)));
  }

  private void ask(Runnable call) {
    asked =
        CompletableFuture.runAsync(
            () -> {
              try {
                call.run();
              } catch (BerthException hostIsGone) {
                return; // which some faults are about; what becomes of it is looked at below
              }
            });
  }

  private SocketProxy betweenQemus() throws IOException {
    try (Stream<Path> all = Files.walk(to.home().settings().layout().runDirectory())) {
      Path socket = all.filter(path -> path.endsWith("state")).findFirst().orElseThrow();
      Path behind = Files.move(socket, directory.resolve("stream"));
      return SocketProxy.listen(socket, behind);
    }
  }

  private void awaitSending() {
    QemuOf.awaitThat(
        "QEMU sends",
        () ->
            job(from, JobKind.MIGRATION)
                .filter(job -> job.status().phase().equals(SourcePhase.TRANSFERRING.text()))
                .flatMap(job -> job.status().progress())
                .isPresent());
  }

  private void awaitPhase(MigrationSite site, JobKind kind, String phase) {
    QemuOf.awaitThat(
        "a job is " + phase,
        () -> job(site, kind).filter(job -> job.status().phase().equals(phase)).isPresent());
  }

  private static Optional<Job> job(MigrationSite site, JobKind kind) {
    return site.ask(
        host ->
            host.jobs().stream()
                .filter(job -> job.target().kind() == kind && !job.status().state().isEnded())
                .findFirst());
  }

  private void lookAtTarget() throws IOException {
    if (atTarget.isEmpty() && Files.exists(log(to))) {
      atTarget = Optional.of(new FileInputStream(log(to).toFile()));
    }
  }

  // ---- the fault

  private void begin(MigrationFault cell) throws Exception {
    switch (cell.part()) {
      case SOURCE_DAEMON -> hit(from, cell.blow());
      case TARGET_DAEMON -> hit(to, cell.blow());
      case SOURCE_QEMU -> hit(QemuOf.only(from.directory()), cell.blow());
      case TARGET_QEMU -> hit(QemuOf.only(to.directory()), cell.blow());
      case CONTROL -> hit(to.proxy(), cell.blow());
      case STREAM -> hit(stream.orElseThrow(), cell.blow());
    }
  }

  private static void hit(MigrationSite site, Blow blow) throws Exception {
    if (blow == Blow.KILL) {
      site.restart();
    } else {
      site.daemon().freeze();
    }
  }

  private static void hit(QemuOf qemu, Blow blow) {
    if (blow == Blow.KILL) {
      qemu.kill();
    } else {
      qemu.freeze();
    }
  }

  private static void hit(SocketProxy proxy, Blow blow) {
    if (blow == Blow.DISCONNECT) {
      proxy.cut();
    } else {
      proxy.hold();
    }
  }

  private void end(MigrationFault cell) {
    if (cell.blow() != Blow.STOP) {
      return;
    }
    switch (cell.part()) {
      case SOURCE_DAEMON -> from.daemon().thaw();
      case TARGET_DAEMON -> to.daemon().thaw();
      case SOURCE_QEMU -> QemuOf.thawAll(from.directory()); // unless it was ended meanwhile
      case TARGET_QEMU -> QemuOf.thawAll(to.directory());
      case CONTROL -> to.proxy().pass();
      case STREAM -> stream.orElseThrow().pass();
    }
  }

  private void awaitConsequence(MigrationFault cell) throws IOException {
    switch (cell.until()) {
      case NOTHING -> {}
      case THE_GUEST_COUNTS -> {
        if (guest == Guest.RUNNING) {
          journal.awaitMore(5);
        }
      }
      case THE_SOURCE_TELLS -> // which may be over as soon as it has begun
          QemuOf.awaitThat(
              "the source tells, or has told",
              () ->
                  job(from, JobKind.MIGRATION).stream()
                      .allMatch(job -> job.status().phase().equals(SourcePhase.TELLING.text())));
      case THE_SOURCE_WAITS ->
          QemuOf.awaitThat(
              "the source says that the target does not answer",
              () ->
                  job(from, JobKind.MIGRATION)
                      .filter(job -> job.status().detail().contains("does not answer"))
                      .isPresent());
      case THE_TARGET_OWNS -> awaitPhase(to, JobKind.INCOMING_MIGRATION, TargetPhase.OWNER.text());
      case THE_HOST_SEES_IT -> {
        MigrationSite site = cell.part() == Part.SOURCE_QEMU ? from : to;
        QemuOf.awaitThat("a host sees that its QEMU does not answer", () -> isStalled(site));
      }
    }
  }

  private static boolean isStalled(MigrationSite site) {
    return site.ask(host -> host.domain(VM)).machine().stream()
        .anyMatch(machine -> machine.liveness() == Liveness.STALLED);
  }

  /** All that was to be while QEMU sends has been, and the guest may write as fast as that. */
  private void hurry() {
    MigrationPace pace = new MigrationPace(Optional.of(FAST), Optional.empty());
    from.tell(
        host -> {
          try {
            host.migrations().setPace(VM, pace, PATIENT);
          } catch (BerthException over) {
            return; // it has come to its end by the fault
          }
        });
  }

  // ---- what holds in the end

  private void settle(MigrationFault cell) throws Exception {
    asked.join();
    Outcome outcome = outcome();
    Optional<Job> job = lastJob();
    boolean wasTooSlow = job.filter(it -> it.status().phase().equals("target-silent")).isPresent();
    if (!(wasTooSlow && outcome == Outcome.STAYS)) { // the machine was too busy to answer in 30 s
      assertThat(outcome).as("%s: %s", cell, job).isEqualTo(cell.outcome());
    }
    assertNothingElse(outcome);
    follow(outcome);
  }

  private Optional<Job> lastJob() {
    return from.ask(
        host ->
            host.jobs().stream()
                .filter(job -> job.target().kind() == JobKind.MIGRATION)
                .findFirst());
  }

  /** Where the guest is, once both hosts have nothing more to do. */
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
    if (here.size() + there.size() != 1) {
      return Optional.empty();
    }
    DomainSnapshot domain = here.isEmpty() ? there.get(0) : here.get(0);
    if (doesWhatItDid(domain)) {
      return Optional.of(here.isEmpty() ? Outcome.MOVES : Outcome.STAYS);
    }
    return domain.status().state() == DomainState.SHUTOFF
            && domain.status().reason() == StateReason.CRASHED
        ? Optional.of(here.isEmpty() ? Outcome.LOST_AT_TARGET : Outcome.LOST_AT_SOURCE)
        : Optional.empty();
  }

  private boolean doesWhatItDid(DomainSnapshot domain) {
    return switch (guest) {
      case RUNNING -> domain.status().state() == DomainState.RUNNING;
      case PAUSED ->
          domain.status().state() == DomainState.PAUSED
              && domain.status().reason() == StateReason.USER;
    };
  }

  private static boolean isBusy(MigrationSite site) {
    return site.ask(host -> host.jobs().stream().anyMatch(job -> !job.status().state().isEnded()));
  }

  private static String describe(MigrationSite site) {
    return site.ask(host -> host.list() + " " + host.jobs()) + " " + site.daemon().lastWords();
  }

  private void assertNothingElse(Outcome outcome) throws IOException {
    boolean moved = outcome == Outcome.MOVES || outcome == Outcome.LOST_AT_TARGET;
    MigrationSite owner = moved ? to : from;
    MigrationSite other = moved ? from : to;
    QemuOf.awaitCount(owner.directory(), outcome.isLost() ? 0 : 1);
    QemuOf.awaitCount(other.directory(), 0);
    owner.assertRuns(outcome.isLost() ? 0 : 1);
    owner.assertLogs(1);
    other.assertRuns(0);
    other.assertLogs(0);
    Files.deleteIfExists(directory.resolve("stream"));
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(directory::relativize).map(Path::toString))
          .as("files")
          .containsExactlyInAnyOrder("a", "b", "data.raw");
    }
  }

  /** Reads on where the guest is, and sees that it was nowhere else. */
  private void follow(Outcome outcome) throws Exception {
    boolean moved = outcome == Outcome.MOVES || outcome == Outcome.LOST_AT_TARGET;
    if (moved) {
      lookAtTarget();
      journal.goOnWith(atTarget.orElseThrow());
    } else if (atTarget.isPresent()) {
      try (FileInputStream log = atTarget.get()) {
        assertThat(GuestJournal.ranIn(log)).as("the guest ran at the target").isFalse();
      }
    }
    atTarget = Optional.empty();
    if (moved) {
      turnRound();
    }
    if (outcome.isLost()) {
      journal.beats();
      bootAgain();
    } else {
      assertWhole();
    }
  }

  private void turnRound() {
    MigrationSite target = to;
    to = from;
    from = target;
  }

  private void bootAgain() throws Exception {
    journal.close();
    long earlier = Files.size(log(from));
    from.tell(host -> host.start(VM, StartMode.RUNNING, PATIENT));
    journal = GuestJournal.of(log(from), earlier);
    journal.awaitMore(5);
    stand();
  }

  /** It goes on counting, and whatever it was told to be on its disk is there. */
  private void assertWhole() throws IOException {
    if (guest == Guest.PAUSED) {
      assertThat(journal.beats()).as("what a paused guest has counted").isEqualTo(paused);
      from.tell(host -> host.resume(VM, PATIENT));
    }
    journal.awaitMore(3);
    from.tell(host -> host.pause(VM, PATIENT));
    journal.assertWrites(image);
    switch (guest) {
      case RUNNING -> from.tell(host -> host.resume(VM, PATIENT));
      case PAUSED -> paused = journal.beats();
    }
  }

  /** A guest that is to change hosts while it is paused is. */
  private void stand() throws IOException {
    if (guest == Guest.PAUSED) {
      from.tell(host -> host.pause(VM, PATIENT));
      paused = journal.beats();
    }
  }

  private void anotherAttempt() throws Exception {
    migrate(false);
    asked.join();
    assertThat(outcome()).as("another attempt").isEqualTo(Outcome.MOVES);
    assertNothingElse(Outcome.MOVES);
    follow(Outcome.MOVES);
  }

  @Override
  public void close() throws IOException {
    stream.ifPresent(SocketProxy::close);
    journal.close();
    if (atTarget.isPresent()) {
      atTarget.get().close();
    }
    QemuOf.thawAll(directory);
    for (MigrationSite site : List.of(from, to)) {
      site.daemon().thaw();
      site.close();
    }
  }
}
