package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.MachineSummary;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.HostLinks;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.ProcessUsage;
import dev.berth.qapi.block.BlockStats;
import dev.berth.qapi.block.QueryBlockstats;
import dev.berth.qapi.machine.BalloonInfo;
import dev.berth.qapi.machine.CpuInfoFast;
import dev.berth.qapi.machine.QueryBalloon;
import dev.berth.qapi.machine.QueryCpusFast;
import dev.berth.qapi.misc.IOThreadInfo;
import dev.berth.qapi.misc.QueryIothreads;
import dev.berth.qmp.QmpCommand;
import dev.berth.stats.MachineStats;
import dev.berth.stats.NicStats;
import dev.berth.stats.ProcessStats;
import dev.berth.stats.QemuStats;
import dev.berth.stats.ThreadStats;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the figures of one machine. What the kernel tells is read at once; what QEMU tells is asked
 * for, and noted when the answers come. While they do not, nothing more is asked, and the figures
 * that are there grow old. So a QEMU that hangs costs a few commands in its queue, and nobody
 * waits.
 *
 * <p>{@link #sample} belongs to one thread; any thread may read.
 */
public final class MachineSampler {
  /** Threads come and go rarely, so they are asked for each so many samples. */
  private static final int THREADS_EVERY = 12;

  private static final Logger LOG = LoggerFactory.getLogger(MachineSampler.class);

  private final Machine machine;
  private final Clock clock;
  private final Supplier<Optional<LaunchRecord>> launch;

  // of the thread that samples
  private final Map<String, String> taps = new HashMap<>();
  private long sampledNanos;
  private int samples;

  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile QemuThreads threads = new QemuThreads(Map.of(), Map.of());
  private volatile boolean newThreads;
  private volatile Series<ProcessStats> process = Series.empty();
  private volatile Series<QemuStats> qemu = Series.empty();

  /**
   * Which threads of a QEMU do what.
   *
   * @param vcpus thread ids by the numbers of virtual CPUs
   * @param iothreads thread ids by the ids of iothreads
   */
  private record QemuThreads(Map<Long, Long> vcpus, Map<String, Long> iothreads) {
    Set<Long> all() {
      Set<Long> all = new HashSet<>(vcpus.values());
      all.addAll(iothreads.values());
      return all;
    }
  }

  /** The last two samples of a sort. */
  record Series<T>(Optional<T> before, Optional<T> last) {
    static <T> Series<T> empty() {
      return new Series<>(Optional.empty(), Optional.empty());
    }

    Series<T> then(T next) {
      return new Series<>(last, Optional.of(next));
    }
  }

  /**
   * A sampler of a machine.
   *
   * @param launch the machine's record as it is now; any thread
   */
  public MachineSampler(Machine machine, Clock clock, Supplier<Optional<LaunchRecord>> launch) {
    this.machine = machine;
    this.clock = clock;
    this.launch = launch;
  }

  /** The figures as they are now, if they are those of that machine. */
  public MachineStats stats(MachineSummary shown) {
    boolean isOurs = shown.incarnation().equals(machine.launch().incarnation());
    Series<ProcessStats> host = isOurs ? process : Series.empty();
    Series<QemuStats> told = isOurs ? qemu : Series.empty();
    return new MachineStats(
        shown.liveness(), shown.livenessSince(), host.last(), told.last(), Rates.of(host, told));
  }

  /** Takes a sample if the last one is that old, or lacks threads that are known by now. */
  public void sample(Duration interval, Supplier<HostLinks> links) {
    long now = System.nanoTime();
    boolean due = samples == 0 || now - sampledNanos >= interval.toNanos();
    if (!newThreads && !due) {
      return;
    }
    newThreads = false;
    sampledNanos = now;
    samples++;
    LaunchRecord record = launch.get().orElse(machine.launch());
    readProcess(record, links);
    if (asking.compareAndSet(false, true)) {
      ask(record, interval).whenComplete(this::asked);
    }
  }

  private void readProcess(LaunchRecord record, Supplier<HostLinks> links) {
    QemuThreads known = threads;
    Optional<ProcessUsage> usage = machine.process().usage(known.all());
    if (usage.isEmpty()) {
      return;
    }
    List<ThreadStats> vcpus = new ArrayList<>();
    known.vcpus().forEach((number, id) -> add(vcpus, number.toString(), id, usage.get()));
    List<ThreadStats> iothreads = new ArrayList<>();
    known.iothreads().forEach((name, id) -> add(iothreads, name, id, usage.get()));
    process =
        process.then(
            new ProcessStats(
                clock.instant(),
                usage.get().userTime(),
                usage.get().systemTime(),
                usage.get().residentBytes(),
                usage.get().threads(),
                vcpus,
                iothreads,
                nics(record, links)));
  }

  private static void add(List<ThreadStats> stats, String name, long id, ProcessUsage usage) {
    Optional.ofNullable(usage.cpuTimes().get(id))
        .ifPresent(time -> stats.add(new ThreadStats(name, id, time)));
  }

  private List<NicStats> nics(LaunchRecord record, Supplier<HostLinks> links) {
    List<NicStats> nics = new ArrayList<>();
    for (LaunchRecord.DeviceRecord device : record.devices()) {
      if (device.kind().equals("nic")) {
        Optional<String> tap = tap(record, device.name(), links);
        nics.add(new NicStats(device.name(), tap, tap.flatMap(name -> links.get().counters(name))));
      }
    }
    return nics;
  }

  private Optional<String> tap(LaunchRecord record, String nic, Supplier<HostLinks> links) {
    if (!taps.containsKey(nic)) {
      record.assembly().stream()
          .filter(step -> step instanceof PassTap pass && pass.nic().equals(nic))
          .findFirst()
          .flatMap(step -> links.get().device(((PassTap) step).tap()))
          .ifPresent(name -> taps.put(nic, name));
    }
    return Optional.ofNullable(taps.get(nic));
  }

  // ---- what QEMU tells

  private CompletableFuture<?> ask(LaunchRecord record, Duration interval) {
    CompletableFuture<?> threadsKnown =
        samples % THREADS_EVERY == 1 ? askForThreads() : CompletableFuture.completedFuture(null);
    CompletableFuture<Optional<List<BlockStats>>> disks = answer(new QueryBlockstats());
    boolean hasBalloon =
        record.devices().stream().anyMatch(device -> device.kind().equals("balloon"));
    if (hasBalloon && samples % THREADS_EVERY == 1) {
      answer(GuestMemory.tellEvery(interval));
    }
    CompletableFuture<Optional<BalloonInfo>> balloon =
        hasBalloon
            ? answer(new QueryBalloon())
            : CompletableFuture.completedFuture(Optional.empty());
    CompletableFuture<Optional<JsonNode>> guest =
        hasBalloon
            ? answer(GuestMemory.question())
            : CompletableFuture.completedFuture(Optional.empty());
    return CompletableFuture.allOf(threadsKnown, disks, balloon, guest)
        .thenRun(
            () -> disks.join().ifPresent(all -> note(record, all, balloon.join(), guest.join())));
  }

  /** What cannot be made of the answers is left as it was, and asked for again. */
  private void asked(@Nullable Object done, @Nullable Throwable failure) {
    asking.set(false);
    if (failure != null) {
      LOG.debug("What QEMU tells of itself makes no figures", failure);
    }
  }

  private void note(
      LaunchRecord record,
      List<BlockStats> disks,
      Optional<BalloonInfo> balloon,
      Optional<JsonNode> guest) {
    Instant now = clock.instant();
    OptionalLong balloonBytes =
        balloon.map(info -> OptionalLong.of(info.actual())).orElse(OptionalLong.empty());
    qemu =
        qemu.then(
            new QemuStats(
                now, DiskFigures.of(record, disks), balloonBytes, guest.flatMap(GuestMemory::of)));
  }

  private CompletableFuture<?> askForThreads() {
    CompletableFuture<Optional<List<CpuInfoFast>>> cpus = answer(new QueryCpusFast());
    CompletableFuture<Optional<List<IOThreadInfo>>> iothreads = answer(new QueryIothreads());
    return cpus.thenCombine(
        iothreads,
        (vcpus, others) -> {
          Map<Long, Long> byNumber = new TreeMap<>();
          vcpus.ifPresent(all -> all.forEach(cpu -> byNumber.put(cpu.cpuIndex(), cpu.threadId())));
          Map<String, Long> byName = new TreeMap<>();
          others.ifPresent(
              all -> all.forEach(one -> byName.put(Iothreads.name(one.id()), one.threadId())));
          QemuThreads told = new QemuThreads(byNumber, byName);
          newThreads = !told.equals(threads);
          threads = told;
          return null;
        });
  }

  /** What QEMU answers; nothing when it refuses, or is gone. */
  private <T> CompletableFuture<Optional<T>> answer(QmpCommand<T> question) {
    return machine.qmp().send(question).handle((reply, failure) -> Optional.ofNullable(reply));
  }
}
