package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SecretsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          object-add               | {"qom-type":"secret","id":"s","data":"#"}
          object-add               | {"qom-type":"secret","id":"s","props":{"data":"#","format":"raw"}}
          set_password             | {"protocol":"vnc","password":"#","connected":"keep"}
          block_passwd             | {"device":"disk","password":"#"}
          change-vnc-password      | {"password":"#"}
          change                   | {"device":"vnc","target":"password","arg":"#"}
          qom-set                  | {"path":"/objects/s","property":"data","value":"#"}
          sev-inject-launch-secret | {"packet-header":"h","secret":"#"}
          send-key                 | {"keys":"#","hold-time":20}
          input-send-event         | {"device":"video","events":"#"}
          blockdev-add             | {"driver":"https","url":"https://#@host/disk","node-name":"n"}
          blockdev-add             | {"driver":"https","url":"https://host/disk","cookie":"#"}
          transaction              | {"actions":[{"type":"x","data":{"password":"#"}},{"type":"y"}]}
          guest-set-user-password  | {"username":"root","password":"#","crypted":false}
          guest-exec               | {"path":"/bin/sh","input-data":"#"}
          guest-file-write         | {"handle":7,"buf-b64":"#"}
          human-monitor-command    | {"command-line":"set_password #"}
          human-monitor-command    | {"command-line":"object_add #"}
          blockdev-snapshot-sync   | {"device":"d","snapshot-file":"json:#"}
          """)
  void aSecretIsMaskedAndNothingElse(String command, String pattern) throws IOException {
    // Where no more than a part of a text is secret, the rest of it stays.
    String secret = pattern.contains("json:") ? "{'password':'hunter2'}" : "user:hunter2";
    ObjectNode arguments = read(pattern.replace("#", secret));
    ObjectNode untouched = arguments.deepCopy();

    assertThat(Secrets.masked(command, arguments))
        .isEqualTo(read(pattern.replace("#", Secrets.MASK)));
    assertThat(arguments).isEqualTo(untouched);
  }

  @Test
  void whatAGuestsProgramIsGivenIsMaskedWhole() throws IOException {
    assertThat(
            Secrets.masked(
                "guest-exec",
                read("{\"path\":\"/bin/x\",\"arg\":[\"-pa\"],\"env\":[\"TOKEN=a\"]}")))
        .isEqualTo(read("{\"path\":\"/bin/x\",\"arg\":\"***\",\"env\":\"***\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          query-status          | {}
          guest-ssh-add-authorized-keys | {"username":"eve","keys":["ssh-ed25519 AAAA eve@host"]}
          expire_password       | {"protocol":"vnc","time":"+60"}
          object-add            | {"qom-type":"tls-creds-x509","id":"t","dir":"/etc/tls","passwordid":"s"}
          blockdev-add          | {"driver":"luks","node-name":"n","key-secret":"s","file":"f"}
          blockdev-add          | {"driver":"https","url":"https://host/a@b","password-secret":"s"}
          chardev-add           | {"id":"c","backend":{"type":"socket","data":{"addr":{"type":"fd"}}}}
          display-update        | {"type":"vnc","password":true}
          qom-set               | {"path":"/machine","property":"value","value":"x"}
          human-monitor-command | {"command-line":"info status"}
          transaction           | {"actions":[{"type":"x","data":{"device":"d"}}]}
          """)
  void whatIsNoSecretIsTheSameObject(String command, String text) throws IOException {
    ObjectNode arguments = read(text);

    assertThat(Secrets.masked(command, arguments)).isSameAs(arguments);
  }

  @Test
  void aReplyIsSecretWhenASecretWasAskedFor() throws IOException {
    assertThat(Secrets.inReply("qom-get", read("{\"path\":\"/s\",\"property\":\"data\"}")))
        .isTrue();
    assertThat(Secrets.inReply("qom-get", read("{\"path\":\"/s\",\"property\":\"id\"}"))).isFalse();
    assertThat(Secrets.inReply("guest-file-read", read("{\"handle\":7}"))).isTrue();
    assertThat(Secrets.inReply("guest-exec-status", read("{\"pid\":7}"))).isTrue();
    assertThat(Secrets.inReply("query-status", read("{}"))).isFalse();
  }

  private static ObjectNode read(String text) throws IOException {
    return (ObjectNode) Json.read(text);
  }
}
