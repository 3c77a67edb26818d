package dev.berth.launcher;

import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.HostInfo;
import dev.berth.machine.ArrivingMachine;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.FdsetNumbers;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.HeldResources;
import dev.berth.machine.HostLinks;
import dev.berth.machine.Identity;
import dev.berth.machine.IncomingStream;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ListeningMachine;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.MediumPlan;
import dev.berth.machine.QemuProcess;
import dev.berth.machine.TargetFile;
import dev.berth.qapi.misc.FdsetInfo;
import dev.berth.qapi.misc.QueryFdsets;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpLoop;
import dev.berth.schema.QmpSchema;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Launches machines as QEMU processes that outlive this one, and recognises them afterwards.
 *
 * <p>Threads: {@code berth-process-watch} and {@code berth-log-trim}, from {@link #start} to {@link
 * #close}; {@code berth-cmdline-N} of {@link CommandLines}, until {@link #close} too; {@code
 * berth-probe-…} while a QEMU binary is examined; {@code berth-schema} of {@link SchemaShelf}.
 * Thread-safe. Closing ends no machine.
 */
public final class QemuLauncher implements MachineLauncher, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QemuLauncher.class);

  static final Duration PROBE_LIMIT = Duration.ofSeconds(20);

  /** How long until what serves a share is looked for again, which could not be told. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  private final LaunchResolver resolver;
  private final ProcessWatch watch;
  private final ProcessTable table = new ProcessTable();
  private final IdentityCheck identities;
  private final LaunchSequence sequence;
  private final LogTrimmer trimmer;
  private final MachineScopes scopes;
  private final ShareServers shares;
  private final ShareWatch shareWatch;
  private final LauncherSettings settings;
  private final QmpLoop loop;
  private final SchemaShelf schemas;
  private final GivenFileClaims givenFiles = new GivenFileClaims();
  private final Map<String, RunningQemu> machines = new ConcurrentHashMap<>();
  private final Map<String, MachineGate> gates = new ConcurrentHashMap<>();

  private QemuLauncher(
      LauncherSettings settings, ProcessWatch watch, QmpLoop loop, Executor callbacks) {
    this.settings = settings;
    this.loop = loop;
    this.scopes = MachineScopes.of(settings.searchPath());
    this.shares = new ShareServers(scopes);
    this.watch = watch;
    this.shareWatch =
        new ShareWatch(
            table,
            watch,
            callbacks,
            CompletableFuture.delayedExecutor(
                LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS, callbacks));
    this.identities = new IdentityCheck(watch, table, callbacks);
    this.sequence = new LaunchSequence(loop, this::identify);
    this.trimmer =
        new LogTrimmer(() -> machines.values().stream().map(RunningQemu::launch).toList());
    HostCache cache = new HostCache(settings.cacheDirectory());
    this.schemas = new SchemaShelf(cache);
    QemuFinder finder =
        new QemuFinder(
            settings.qemuBinaries(), settings.searchPath(), new QemuProbe(PROBE_LIMIT), cache);
    AcceleratorTest test = new AcceleratorTest(settings.cacheDirectory(), settings.kvmTestLimit());
    this.resolver =
        new LaunchResolver(settings, finder, new AcceleratorChooser(test, cache), schemas);
  }

  /**
   * Starts a launcher.
   *
   * @param loop serves the machines' monitors; closed by whoever started it, after the launcher
   * @param callbacks completes {@link QemuProcess#exit()}; must not run tasks on the thread that
   *     hands them over
   * @throws HostFailureException when the kernel lacks what is needed to watch processes
   */
  public static QemuLauncher start(LauncherSettings settings, QmpLoop loop, Executor callbacks) {
    QemuLauncher launcher = new QemuLauncher(settings, ProcessWatch.start(), loop, callbacks);
    launcher.trimmer.start();
    return launcher;
  }

  /** The QEMU binaries examined so far, with what runs guest code in them. */
  public List<HostInfo.QemuInfo> qemus() {
    return resolver.qemus();
  }

  /**
   * Why machines have no systemd scopes of their own, so that stopping the unit of this process may
   * end them; empty when they have. Tried out at the first call or launch.
   */
  public Optional<String> withoutScopes() {
    try {
      return scopes.obstacle();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.of("it was not found out: the caller was interrupted");
    }
  }

  @Override
  public LaunchRecord plan(
      UUID domain, long definitionRevision, DomainDefinition definition, HeldResources held) {
    return planned(
        definition.name(), () -> resolver.resolve(domain, definitionRevision, definition, held));
  }

  @Override
  public LaunchRecord planStandIn(
      UUID domain, long definitionRevision, DomainName name, List<Disk> disks) {
    return planned(name, () -> resolver.resolveStandIn(domain, definitionRevision, name, disks));
  }

  /** What may wait for a QEMU that is tried out. */
  @FunctionalInterface
  private interface Planning {
    LaunchRecord plan() throws InterruptedException;
  }

  private static LaunchRecord planned(DomainName name, Planning planning) {
    try {
      return planning.plan();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HostFailureException(
          "Planning domain '" + name + "' was interrupted. Try again.", interrupted);
    }
  }

  @Override
  public Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    return launch(
        launch,
        qmp -> new MachineAssembler(qmp, held, deadline, shares).assemble(launch),
        clearance,
        events,
        deadline);
  }

  @Override
  public LaunchRecord planAgain(LaunchRecord saved, GuestCpu cpu, LoadIn qemu, HeldResources held) {
    LaunchRecord given = GivenAgain.of(saved, held);
    return switch (qemu) {
      case ITS_OWN -> resolver.again(given);
      case PRESENT -> planned(saved.subject().name(), () -> resolver.anew(given, cpu));
    };
  }

  @Override
  public Machine restore(
      LaunchRecord launch,
      Path state,
      TakeOver takeOver,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    return launch(
        launch,
        qmp -> {
          new MachineAssembler(qmp, held, deadline, shares).assembleForState(launch);
          new StateLoader(qmp, launch).load(state, takeOver);
        },
        clearance,
        events,
        deadline);
  }

  @Override
  public LaunchRecord planArrival(ArrivingMachine arriving, long revision, HeldResources held) {
    ArrivingMachine given =
        new ArrivingMachine(
            GivenAgain.of(arriving.source(), held), arriving.cpu(), arriving.channels());
    return planned(given.source().subject().name(), () -> resolver.arrival(given, revision));
  }

  @Override
  public ListeningMachine receive(
      LaunchRecord launch,
      IncomingStream stream,
      StateChannels channels,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    AtomicReference<OptionalInt> port = new AtomicReference<>(OptionalInt.empty());
    Machine machine =
        launch(
            launch,
            qmp -> {
              new MachineAssembler(qmp, held, deadline, shares).assembleForState(launch);
              port.set(new StateLoader(qmp, launch).listen(stream, channels));
            },
            clearance,
            events,
            deadline);
    return new ListeningMachine(machine, port.get());
  }

  private Machine launch(
      LaunchRecord launch,
      LaunchSequence.Completion completion,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    givenFiles.claim(launch.cannotStart(), launch, alive());
    try (QemuShell shell = QemuShell.start(launch, scopes.prefix(launch))) {
      clearance.await();
      try {
        return sequence.launch(launch, completion, shell, gateOfLaunch(launch), events, deadline);
      } catch (RuntimeException | InterruptedException failure) { // whatever it was, it is undone
        undo(launch, failure);
        throw failure;
      }
    } finally {
      givenFiles.release(launch); // a machine that lives is known by now
    }
  }

  private List<LaunchRecord> alive() {
    return machines.values().stream()
        .filter(machine -> machine.condition() != QemuProcess.Condition.GONE)
        .map(RunningQemu::launch)
        .toList();
  }

  /** QEMU is started from what is at its path now. */
  private MachineGate gateOfLaunch(LaunchRecord launch) {
    MachineGate gate = gate(launch);
    try {
      gate.follow(schemas.of(FileIdentity.of(launch.qemu().binary())));
    } catch (IOException unknown) {
      LOG.debug("The schema of {} is not looked for", launch.qemu().binary(), unknown);
    }
    return gate;
  }

  private MachineGate gate(LaunchRecord launch) {
    return gates.computeIfAbsent(launch.incarnation(), fresh -> new MachineGate(launch.argv()));
  }

  private void undo(LaunchRecord launch, Exception cause) {
    try {
      abort(launch);
    } catch (BerthException left) {
      cause.addSuppressed(left);
    }
  }

  @Override
  public Identity identify(LaunchRecord launch) {
    RunningQemu known = machines.get(launch.incarnation());
    if (known != null && known.condition() != QemuProcess.Condition.GONE) {
      return new Identity.Alive(known);
    }
    Identity identity = identities.identify(launch);
    if (identity instanceof Identity.Alive alive && alive.process() instanceof RunningQemu qemu) {
      machines.put(launch.incarnation(), qemu);
      qemu.exit().whenComplete((end, failure) -> machines.remove(launch.incarnation(), qemu));
    }
    return identity;
  }

  @Override
  public CompletableFuture<QmpConnection> reconnect(
      LaunchRecord launch, QemuProcess process, QmpEventListener events) {
    Path socket = launch.files().qmpSocket();
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return CompletableFuture.failedFuture(
          new HostFailureException(
              "Cannot reach the machine of domain '"
                  + launch.subject().name()
                  + "': its monitor's socket "
                  + socket
                  + " was removed. Destroy the domain to end it."));
    }
    MachineGate gate = gate(launch);
    CompletableFuture<QmpConnection> connecting =
        loop.connect(socket, Deadline.none().remaining(), process.exit(), events, gate);
    if (gate.schema().isEmpty()) {
      connecting.thenAccept(qmp -> gate.follow(schemaOf(launch, process, qmp)));
    }
    return connecting;
  }

  @Override
  public CompletableFuture<QmpSchema> schema(Machine machine) {
    MachineGate gate = gate(machine.launch());
    if (gate.schema().isPresent()) {
      return CompletableFuture.completedFuture(gate.schema().get());
    }
    return schemaOf(machine.launch(), machine.process(), machine.qmp())
        .thenApply(
            known ->
                known.orElseThrow(
                    () ->
                        new UnsupportedException(
                            "What the QEMU of domain '"
                                + machine.launch().subject().name()
                                + "' takes over QMP is not known: what it says of itself cannot be"
                                + " read. Send the command unchecked.")));
  }

  /** Of its binary, if that is still there and was probed; else QEMU itself is asked. */
  private CompletableFuture<Optional<QmpSchema>> schemaOf(
      LaunchRecord launch, QemuProcess process, QmpConnection qmp) {
    return schemas
        .of(launch.qemu().binary(), process.pid())
        .thenCompose(
            kept ->
                kept.isPresent()
                    ? CompletableFuture.completedFuture(kept)
                    : LiveSchema.ask(qmp, schemas));
  }

  @Override
  public void prepare(LaunchRecord launch, HeldResources held, String name) {
    FileDescriptor descriptor =
        held.descriptor(name)
            .orElseThrow(() -> new HostFailureException("The call that gave it has ended."));
    FileByHand file = FileByHand.of(name, descriptor);
    if (file.holdsImage()) {
      givenFiles.checkByHand(launch, file, alive());
      file.anew().ifPresent(own -> held.replace(name, own));
    }
  }

  @Override
  public TargetFile prepareTarget(HeldResources held, String disk) {
    FileForBackup file =
        FileForBackup.of(
            disk,
            held.descriptor(disk)
                .orElseThrow(() -> new HostFailureException("The call that gave it has ended.")));
    TargetFile target = file.look();
    givenFiles.checkTarget(file, alive());
    file.openAnew(held);
    return target;
  }

  @Override
  public DevicePlan planDevice(
      Machine machine, LaunchRecord launch, Pluggable device, HeldResources held, Deadline deadline)
      throws InterruptedException {
    return DeviceHotplug.plan(launch, device, fdsets(machine.qmp(), launch, deadline), held);
  }

  /** The numbers that QEMU or the record has in use. */
  private static Set<Integer> fdsets(QmpConnection qmp, LaunchRecord launch, Deadline deadline)
      throws InterruptedException {
    Set<Integer> fdsets = new HashSet<>(FdsetNumbers.of(launch));
    for (FdsetInfo set : qmp.execute(new QueryFdsets(), deadline)) {
      if (FdsetNumbers.isOwn(set.fdsetId())) {
        fdsets.add((int) set.fdsetId());
      }
    }
    return fdsets;
  }

  @Override
  public void addDevice(
      Machine machine, LaunchRecord launch, DevicePlan plan, HeldResources held, Deadline deadline)
      throws InterruptedException {
    String cannot =
        "Cannot attach "
            + plan.kind().text()
            + " '"
            + plan.name()
            + "' to domain '"
            + machine.launch().subject().name()
            + "'";
    LaunchRecord after = plan.onto(launch);
    givenFiles.claim(cannot, after, alive());
    try {
      new MachineAssembler(machine.qmp(), held, deadline, shares)
          .take(launch, plan.steps(), cannot + ": ");
    } finally {
      givenFiles.release(after);
    }
  }

  @Override
  public MediumPlan planMedium(
      QmpConnection qmp, LaunchRecord launch, Disk drive, Deadline deadline)
      throws InterruptedException {
    return MediumHotplug.plan(launch, drive, fdsets(qmp, launch, deadline));
  }

  @Override
  public void insertMedium(
      QmpConnection qmp, LaunchRecord launch, MediumPlan plan, Deadline deadline)
      throws InterruptedException {
    String cannot =
        "Cannot insert a medium into drive '"
            + plan.drive().name()
            + "' of domain '"
            + launch.subject().name()
            + "': ";
    new MachineAssembler(qmp, HeldResources.none(), deadline, shares)
        .take(launch, plan.steps(), cannot);
  }

  @Override
  public void changed(LaunchRecord launch) {
    machines.computeIfPresent(
        launch.incarnation(),
        (incarnation, machine) -> {
          machine.launch(launch);
          return machine;
        });
  }

  @Override
  public void watchShare(ServeShare serve, Runnable ended) {
    shareWatch.follow(serve, ended);
  }

  @Override
  public void endShare(LaunchRecord launch, ServeShare serve) {
    ShareServers.end(launch, serve, table);
  }

  @Override
  public void abort(LaunchRecord launch) {
    machines.remove(launch.incarnation());
    gates.remove(launch.incarnation());
    LaunchUndo.undo(launch, table);
  }

  @Override
  public void endUnreadable(UUID domain, String incarnation, Duration grace) {
    if (!UnreadableLaunch.isIncarnation(incarnation)) {
      throw new HostFailureException(
          "Cannot destroy domain "
              + domain
              + ": its launch record cannot be read, nor can the incarnation that is stored with"
              + " it. Restore the store from its recovery copies.");
    }
    MachineFiles files = resolver.files(domain, incarnation, new ByteSize(0));
    new UnreadableLaunch(incarnation, files, table).end(grace);
  }

  @Override
  public HostLinks links() {
    return LinkTable.read();
  }

  @Override
  public void removeRunDirectory(LaunchRecord launch) {
    machines.remove(launch.incarnation());
    gates.remove(launch.incarnation());
    ShareServers.end(launch, table);
    LaunchUndo.removeRunDirectory(launch.files().runDirectory());
  }

  @Override
  public Path logDirectory(UUID domain) {
    return settings.logDirectory().resolve(domain.toString());
  }

  @Override
  public void removeFiles(UUID domain) {
    Path variables = settings.variablesDirectory().resolve(domain.toString());
    for (Path directory : List.of(logDirectory(domain), variables)) {
      try {
        RunFiles.deleteTree(directory);
      } catch (IOException failure) {
        throw new HostFailureException(
            "Cannot remove " + directory + ": " + failure.getMessage() + ".", failure);
      }
    }
  }

  /** Ends this launcher's threads. Machines run on; their ends are noticed no more. Idempotent. */
  @Override
  public void close() {
    trimmer.close();
    shareWatch.stop();
    watch.close();
    shareWatch.close();
    machines.values().forEach(RunningQemu::close);
    machines.clear();
    schemas.close();
    table.close();
  }
}
