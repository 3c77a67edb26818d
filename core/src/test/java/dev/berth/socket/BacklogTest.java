package dev.berth.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BacklogTest {
  private static final int LIMIT = 1 << 20;

  private final Backlog backlog = new Backlog(LIMIT);

  @Test
  void whatComesInPiecesGoesInOtherPiecesInItsOrder() throws Exception {
    Random random = new Random(1);
    var added = new ByteArrayOutputStream();
    var taken = new ByteArrayOutputStream();
    for (int i = 0; i < 2000; i++) {
      byte[] piece = new byte[random.nextInt(3000)];
      random.nextBytes(piece);
      assertThat(backlog.add(piece, 0, piece.length)).isTrue();
      added.write(piece);
      while (added.size() - taken.size() > random.nextInt(100_000)) {
        byte[] target = new byte[1 + random.nextInt(5000)];
        taken.write(target, 0, backlog.take(target, 0, target.length));
      }
    }
    backlog.end();

    byte[] rest = new byte[LIMIT];
    for (int count; (count = backlog.take(rest, 0, rest.length)) >= 0; ) {
      taken.write(rest, 0, count);
    }
    assertThat(taken.toByteArray()).isEqualTo(added.toByteArray());
  }

  @Test
  void theLimitIsInBytesHoweverSmallThePieces() throws Exception {
    for (int i = 0; i < LIMIT; i++) {
      assertThat(backlog.add(new byte[] {(byte) i}, 0, 1)).isTrue();
    }
    assertThat(backlog.add(new byte[1], 0, 1)).isFalse();

    assertThat(backlog.take(new byte[10], 0, 10)).isEqualTo(10);
    assertThat(backlog.add(new byte[11], 0, 11)).isFalse();
    assertThat(backlog.add(new byte[10], 0, 10)).isTrue();
  }

  @Test
  void whoTakesWaitsUntilThereIsSomethingOrTheEnd() throws Exception {
    byte[] target = new byte[10];
    CompletableFuture<Integer> taking = taking(target);
    backlog.add(new byte[] {1, 2, 3}, 1, 2);
    assertThat(taking.get(30, TimeUnit.SECONDS)).isEqualTo(2);
    assertThat(target).startsWith(2, 3);

    CompletableFuture<Integer> last = taking(target);
    backlog.end();
    assertThat(last.get(30, TimeUnit.SECONDS)).isNegative();
    assertThat(backlog.add(target, 0, 1)).isFalse();
  }

  @Test
  void whatIsDroppedIsGone() throws Exception {
    backlog.add(new byte[] {1}, 0, 1);

    backlog.drop();

    assertThat(backlog.take(new byte[1], 0, 1)).isNegative();
  }

  private CompletableFuture<Integer> taking(byte[] target) {
    CompletableFuture<Integer> taken = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                taken.complete(backlog.take(target, 0, target.length));
              } catch (InterruptedException e) {
                taken.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return taken;
  }
}
