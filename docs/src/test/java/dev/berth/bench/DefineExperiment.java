package dev.berth.bench;

import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Durable defines, against appending a document of the same size to a file and syncing it. */
final class DefineExperiment implements Experiment {
  private static final List<Integer> CALLERS = List.of(1, 16);

  /** Of all callers together, in each round. */
  private static final int DEFINES = 160;

  @Override
  public String name() {
    return "define";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    Path home = directory.resolve("define");
    List<Result> results = new ArrayList<>();
    try (VmHost host = new BenchHost(home).open()) {
      byte[] document = document(host, home);
      try (FileChannel file =
          FileChannel.open(
              home.resolve("bare"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (int callers : CALLERS) {
          results.add(measure(plan, callers, host, home, file, document));
        }
      }
    }
    return results;
  }

  private static byte[] document(VmHost host, Path home) {
    DomainRef domain = BenchHost.define(host, home, yaml(0, 0));
    return host.definition(domain).json().getBytes(StandardCharsets.UTF_8);
  }

  private static Result measure(
      Plan plan, int callers, VmHost host, Path home, FileChannel file, byte[] document)
      throws Exception {
    Series ours = plan.series();
    Series bare = plan.series();
    Series ourRate = plan.series();
    Series bareRate = plan.series();
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      for (int round = 0; round < plan.rounds(); round++) {
        int first = round * DEFINES;
        double ourMillis =
            millis(threads, callers, (caller, i) -> define(host, home, caller, first + i));
        double bareMillis = millis(threads, callers, (caller, i) -> append(file, document));
        ours.add(ourMillis);
        bare.add(bareMillis);
        ourRate.add(DEFINES * 1000 / ourMillis);
        bareRate.add(DEFINES * 1000 / bareMillis);
      }
    } finally {
      threads.shutdownNow();
    }
    String who = callers == 1 ? "1 caller" : callers + " callers";
    return new Result(
        "durable defines by " + who + ", against append and fsync",
        Unit.PER_SECOND,
        ourRate.estimate(),
        Optional.of(new Result.Bare(bareRate.estimate(), ours.ratioTo(bare))),
        new Target.None());
  }

  private static double millis(ExecutorService threads, int callers, Call call) throws Exception {
    Stopwatch time = Stopwatch.start();
    List<Callable<Void>> work = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      int each = caller;
      work.add(
          () -> {
            for (int i = 0; i < DEFINES / callers; i++) {
              call.make(each, i);
            }
            return null;
          });
    }
    for (Future<Void> done : threads.invokeAll(work)) {
      done.get();
    }
    return time.millis();
  }

  private static void define(VmHost host, Path home, int caller, int i) {
    BenchHost.define(host, home, yaml(caller, i));
  }

  /** Each differs from the one before: an unchanged definition is not written. */
  private static String yaml(int caller, int i) {
    return BenchHost.small(caller) + "labels: {turn: \"%09d\"}\n".formatted(i);
  }

  private static void append(FileChannel file, byte[] document) throws IOException {
    synchronized (file) { // at the end, as O_APPEND would
      file.position(file.size());
      file.write(ByteBuffer.wrap(document));
    }
    file.force(false);
  }

  private interface Call {
    void make(int caller, int i) throws IOException;
  }
}
