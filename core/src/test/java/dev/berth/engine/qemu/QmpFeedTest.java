package dev.berth.engine.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.QmpEvents;
import dev.berth.json.Json;
import dev.berth.qmp.QmpEvent;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class QmpFeedTest {
  private final QmpFeed feed = new QmpFeed();

  @Test
  void whoWaitsIsToldTheNextEventAsQemuSentIt() throws Exception {
    assertThat(feed.after(-1).get()).isEqualTo(feed.none(0));
    CompletableFuture<QmpEvents> next = feed.after(0);
    assertThat(next).isNotDone();

    feed.event(event("STOP"));

    assertThat(next.get().last()).isEqualTo(1);
    assertThat(next.get().events())
        .containsExactly(
            "{\"event\":\"STOP\",\"data\":{},"
                + "\"timestamp\":{\"seconds\":0,\"microseconds\":0}}");
  }

  @Test
  void whoComesLateIsToldWhatIsKeptAndHowManyAreNot() throws Exception {
    int many = 10_000;
    for (int i = 0; i < many; i++) {
      feed.event(event("RTC_CHANGE"));
    }
    QmpEvents late = feed.after(0).get();

    assertThat(late.last()).isEqualTo(many);
    assertThat(late.events()).hasSizeBetween(1, QmpFeed.MAX_EVENTS);
    assertThat(late.missed()).isEqualTo(many - late.events().size());
    assertThat(String.join("", late.events()).length()).isLessThanOrEqualTo(QmpFeed.MAX_CHARS);
    assertThat(feed.after(many - 1).get().events()).hasSize(1);
  }

  @Test
  void eventsThatWereDroppedOnTheWayCountAsMissed() throws Exception {
    feed.event(event("STOP"));
    feed.missed(7);
    feed.event(event("RESUME"));

    QmpEvents all = feed.after(1).get();
    assertThat(all.last()).isEqualTo(9);
    assertThat(all.missed()).isEqualTo(7);
    assertThat(all.events()).hasSize(1);
  }

  @Test
  void aNumberOfAnEarlierHostMeansAllThereIs() throws Exception {
    CompletableFuture<QmpEvents> next = feed.after(41);
    feed.event(event("STOP"));

    assertThat(next.get().events()).hasSize(1);
    assertThat(feed.after(41).get().events()).hasSize(1);
    assertThat(feed.none(41).last()).isZero();
  }

  @Test
  void anEventLargerThanTheLimitIsKeptUntilTheNext() throws Exception {
    feed.event(
        new QmpEvent(
            "BIG", Json.object().put("x", "x".repeat(2 * QmpFeed.MAX_CHARS)), Instant.EPOCH));

    assertThat(feed.after(0).get().events()).hasSize(1);
  }

  private static QmpEvent event(String name) {
    return new QmpEvent(name, Json.object(), Instant.EPOCH);
  }
}
