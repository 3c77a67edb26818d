package dev.berth.storage;

import dev.berth.domain.DomainEvent;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.testing.StoreRecords;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * A process that commits until it is killed, from several threads, and prints each acknowledgement:
 * {@code domain generation sequence}. Arguments: home, threads, first generation. Thread <i>n</i>
 * owns domain <i>n</i>; every seventh generation is an undefinition, acknowledged as {@code domain
 * generation -}, after which the domain is defined again.
 */
final class CommittingProcess {
  static final int UNDEFINED_EVERY = 7;
  private static final String PADDING = "p".repeat(2000);

  private CommittingProcess() {}

  public static void main(String[] arguments) throws Exception {
    H2Store store = H2Store.open(StoreSettings.at(Path.of(arguments[0])));
    store.contents().rebuilt().ifPresent(account -> print("rebuilt " + account));
    int threads = Integer.parseInt(arguments[1]);
    long first = Long.parseLong(arguments[2]);
    for (int i = 0; i < threads; i++) {
      int number = i;
      new Thread(() -> commitForEver(store, number, first)).start();
    }
  }

  static UUID uuid(int number) {
    return new UUID(7, number);
  }

  /** The document that a generation of a domain has. */
  static String document(int number, long generation) {
    return "{\"number\":%d,\"generation\":%d,\"padding\":\"%s\"}"
        .formatted(number, generation, PADDING);
  }

  private static void commitForEver(H2Store store, int number, long first) {
    for (long generation = first; ; generation++) {
      if (generation % UNDEFINED_EVERY == 0) {
        store.commit(StoreRecords.changes(new Change.RemoveDomain(uuid(number)))).join();
        print("%d %d -".formatted(number, generation));
        continue;
      }
      DomainRecord plain = StoreRecords.domain(uuid(number), "killed-" + number, generation);
      DomainRecord domain =
          new DomainRecord(
              plain.uuid(),
              plain.name(),
              generation,
              1,
              document(number, generation),
              plain.status());
      List<DomainEvent> events =
          store
              .commit(
                  new Commit(
                      List.of(
                          new Change.PutDomain(domain),
                          new Change.PutIntent(StoreRecords.intent(domain.uuid()))),
                      List.of(StoreRecords.event(domain, Long.toString(generation)))))
              .join();
      print("%d %d %d".formatted(number, generation, events.get(0).sequence()));
    }
  }

  /** One write for each line, so that a kill leaves no half acknowledgement that looks whole. */
  private static void print(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (System.out) {
      System.out.write(bytes, 0, bytes.length);
      System.out.flush();
    }
  }
}
