package dev.berth.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.json.Json;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpawningFormsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "migrate|{\"uri\":\"exec:cat\"}",
        "migrate|{\"channels\":[{\"addr\":{\"transport\":\"exec\",\"args\":[\"cat\"]}}]}",
        "migrate-incoming|{\"uri\":\"exec:cat\"}",
        "netdev_add|{\"type\":\"bridge\",\"id\":\"n\"}",
        "netdev_add|{\"type\":\"passt\",\"id\":\"n\"}",
        "netdev_add|{\"type\":\"tap\",\"id\":\"n\"}",
        "netdev_add|{\"type\":\"tap\",\"id\":\"n\",\"script\":\"no\"}",
        "netdev_add|{\"type\":\"tap\",\"id\":\"n\",\"fd\":\"x\",\"downscript\":\"/a\"}",
        "netdev_add|{\"type\":\"user\",\"id\":\"n\",\"smb\":\"/srv\"}",
        "netdev_add|{\"type\":\"user\",\"id\":\"n\",\"guestfwd\":[{\"str\":\"tcp:1:1-cmd:cat\"}]}",
        "human-monitor-command|{\"command-line\":\" migrate -d exec:cat\"}",
        "human-monitor-command|{\"command-line\":\"netdev_add bridge,id=n\"}",
        "human-monitor-command|{\"command-line\":\"netdev_add type=tap,id=n\"}",
        "human-monitor-command|{\"command-line\":\"netdev_add user,id=n,guestfwd=tcp:1:1-cmd:cat\"}",
      })
  void whatWouldStartAProgramIsKnown(String command, String arguments) throws IOException {
    assertThat(SpawningForms.in(command, Json.read(arguments))).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "migrate|{\"uri\":\"tcp:host:1\"}",
        "migrate|{\"channels\":[{\"addr\":{\"transport\":\"socket\"}}]}",
        "migrate|{\"uri\":7,\"channels\":7}",
        "netdev_add|{\"type\":\"user\",\"id\":\"n\"}",
        "netdev_add|{\"type\":\"tap\",\"id\":\"n\",\"fd\":\"x\"}",
        "netdev_add|{\"type\":\"tap\",\"id\":\"n\",\"script\":\"no\",\"downscript\":\"no\"}",
        "netdev_add|{}",
        "human-monitor-command|{\"command-line\":\"info migrate\"}",
        "human-monitor-command|{\"command-line\":\"netdev_add user,id=n\"}",
        "human-monitor-command|{}",
        "query-status|{}",
      })
  void whatStartsNoneIsLeftAlone(String command, String arguments) throws IOException {
    assertThat(SpawningForms.in(command, Json.read(arguments))).isEmpty();
  }

  @Test
  void theCommandLineSaysWhetherTheyAreDenied() {
    assertThat(SpawningForms.areDenied(List.of("qemu", "-sandbox", "on,spawn=deny"))).isTrue();
    assertThat(SpawningForms.areDenied(List.of("qemu", "-sandbox", "on,spawn=allow"))).isFalse();
    assertThat(SpawningForms.areDenied(List.of("qemu", "-name", "spawn=deny"))).isFalse();
  }
}
