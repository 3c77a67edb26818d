package dev.berth.cli.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.schema.QmpSchema;
import dev.berth.testing.TestSchema;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TypedArgumentsTest {
  private static final QmpSchema SCHEMA = TestSchema.of("7.2.22").index();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "balloon|value=18446744073709551615|{\"value\":18446744073709551615}",
        "block_resize|node-name=7 size=1024|{\"node-name\":\"7\",\"size\":1024}",
        "blockdev-add|driver=file filename=/a=b read-only=on"
            + "|{\"driver\":\"file\",\"filename\":\"/a=b\",\"read-only\":true}",
        "blockdev-add|driver=qcow2 file=f backing=null"
            + "|{\"driver\":\"qcow2\",\"file\":\"f\",\"backing\":null}",
        "blockdev-add|file.filename=7 file.driver=file driver=raw offset=512"
            + "|{\"file\":{\"filename\":\"7\",\"driver\":\"file\"},\"driver\":\"raw\",\"offset\":512}",
        "transaction|actions.0.type=abort actions.0.data={}"
            + "|{\"actions\":[{\"type\":\"abort\",\"data\":{}}]}",
        "migrate-set-capabilities|capabilities=[{\"capability\":\"xbzrle\",\"state\":true}]"
            + "|{\"capabilities\":[{\"capability\":\"xbzrle\",\"state\":true}]}",
        "device_add|driver=virtio-blk-pci bootindex=1 id=1"
            + "|{\"driver\":\"virtio-blk-pci\",\"bootindex\":1,\"id\":\"1\"}",
        "qom-set|path=/ property=p value=true|{\"path\":\"/\",\"property\":\"p\",\"value\":true}",
        "balloon|value=much|{\"value\":\"much\"}",
        "dance|slowly=1|{\"slowly\":1}",
      })
  void wordsGetTheTypesOfTheSchema(String command, String words, String expected) throws Exception {
    ObjectNode texts = TypedArguments.texts(List.of(words.split(" ")));

    assertThat(Json.text(TypedArguments.typed(SCHEMA, command, texts))).isEqualTo(expected);
  }
}
