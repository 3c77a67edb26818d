package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.json.Json;
import dev.berth.qapi.QapiEvent;
import dev.berth.qapi.block.BlockJobInfo;
import dev.berth.qapi.runstate.StatusInfo;
import dev.berth.qmp.QmpEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The check that nothing was left unread finds what was. */
final class UnreadTest {
  private static final String STATUS = "{'running':true,'status':'running'}";
  private static final String JOB =
      "{'type':'commit','len':1,'offset':0,'busy':true,'paused':false,'speed':0,'io-status':'ok'}";

  @Test
  void whatWasReadIsNoFinding() throws IOException {
    assertThat(status(STATUS)).isEmpty();
    assertThat(job(JOB)).isEmpty();
  }

  @Test
  void aMemberThatTheModelLacksIsFound() throws IOException {
    assertThat(status(STATUS.replace("{", "{'mood':'good',")))
        .containsExactly(".mood was not read");
    assertThat(job(JOB.replace("{", "{'depth':3,"))).containsExactly("[].depth was not read");
  }

  @Test
  void aWordThatTheModelLacksIsFound() throws IOException {
    assertThat(status(STATUS.replace("'running'}", "'dreaming'}")))
        .containsExactly(".status is a word that the model does not know: dreaming");
  }

  @Test
  void aKindThatTheModelLacksIsFound() throws IOException {
    assertThat(job(JOB.replace("commit", "dance")))
        .containsExactly("[] is of a kind that the model does not know");
  }

  @Test
  void anEventThatTheModelLacksIsFound() throws IOException {
    assertThat(event("STOP", "{}")).isEmpty();
    assertThat(event("STOP", "{'why':'tired'}")).containsExactly(".why was not read");
    assertThat(event("NAP", "{}")).isNotEmpty();
    assertThat(event("DEVICE_DELETED", "{}")).isNotEmpty();
  }

  private static Iterable<String> status(String json) throws IOException {
    var message = Json.read(json.replace('\'', '"'));
    return Unread.in(message, StatusInfo.read(message));
  }

  private static Iterable<String> job(String json) throws IOException {
    var message = Json.read(json.replace('\'', '"'));
    return Unread.in(Json.array().add(message), List.of(BlockJobInfo.read(message)));
  }

  private static Iterable<String> event(String name, String json) throws IOException {
    var data = Json.read(json.replace('\'', '"'));
    return Unread.in(data, QapiEvent.decode(new QmpEvent(name, data, Instant.EPOCH)));
  }
}
