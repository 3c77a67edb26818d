package dev.berth.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.machine.OwnFdset;
import dev.berth.qapi.misc.FdsetFdInfo;
import dev.berth.qapi.misc.FdsetInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is left over of fdsets, and what is missing. */
final class FdsetAccountTest {
  private static final OwnFdset ROOT = new OwnFdset(1, "root-file");
  private static final OwnFdset DATA = new OwnFdset(2, "data-file");

  @Test
  void aSetIsThereForItsNode() throws IOException {
    FdsetAccount account =
        FdsetAccount.of(
            List.of(ROOT, DATA),
            List.of(set(1, "root rw", "root ro"), set(2, "data ro")),
            nodes("root-format", "root-file"));

    assertThat(account.leftOver()).containsExactly(new FdsetAccount.LeftOver(2, "data ro"));
    assertThat(account.missing()).isEmpty();
    assertThat(account.unusedByHand()).isEmpty();
  }

  @Test
  void aSetThatIsNotOnRecordIsKnownByItsNote() throws IOException {
    FdsetAccount account =
        FdsetAccount.of(
            List.of(), List.of(set(7, "data rw", "data ro"), set(0), set(8, "mine")), nodes());

    assertThat(account.leftOver())
        .containsExactly(new FdsetAccount.LeftOver(7, "data rw, data ro"));
    assertThat(account.unusedByHand()).containsExactly(0L, 8L);
  }

  @Test
  void aNodeOfAnyNameKeepsTheSetThatItNames() throws IOException {
    JsonNode nodes =
        Json.read(
            "[{\"node-name\":\"again\",\"file\":\"json:{\\\"filename\\\": \\\"/dev/fdset/2\\\"}\"}]");

    FdsetAccount account =
        FdsetAccount.of(List.of(DATA), List.of(set(2), set(20, "x ro"), set(10_002)), nodes);

    assertThat(account.leftOver()).extracting(FdsetAccount.LeftOver::number).containsExactly(20L);
    assertThat(account.unusedByHand()).containsExactly(10_002L);
  }

  @Test
  void aSetThatIsGoneBeforeItsNodeIsMissing() throws IOException {
    FdsetAccount account =
        FdsetAccount.of(List.of(ROOT, DATA), List.of(set(1)), nodes("root-file", "data-file"));

    assertThat(account.missing()).containsExactly(DATA);
    assertThat(account.leftOver()).isEmpty();
  }

  @Test
  void whatIsByHandIsNeverLeftOver() throws IOException {
    FdsetAccount account =
        FdsetAccount.of(List.of(), List.of(set(10_000, "data rw"), set(10_001)), nodes());

    assertThat(account.leftOver()).isEmpty();
    assertThat(account.unusedByHand()).containsExactly(10_000L, 10_001L);
  }

  private static FdsetInfo set(long number, String... notes) {
    return new FdsetInfo(
        number, Arrays.stream(notes).map(note -> new FdsetFdInfo(11, Optional.of(note))).toList());
  }

  private static JsonNode nodes(String... names) throws IOException {
    List<String> nodes = new ArrayList<>();
    for (String name : names) {
      nodes.add("{\"node-name\":\"" + name + "\",\"file\":\"/images/x.raw\"}");
    }
    return Json.read(nodes.toString());
  }
}
