package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.store.DomainRecord;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredPool;
import dev.berth.store.testing.StoreRecords;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyFormatTest {
  private static final UUID HOST = new UUID(1, 2);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"web-1\",\"disks\":[{\"size\":10}]}",
        "{ \"spaced\" : 1 }",
        "{\"number\":1.10,\"big\":123456789012345678901234567890}",
        "{\"twice\":1,\"twice\":2}",
        "[1]",
        "\"text\"",
        "null",
        "",
        "no JSON at all \u20ac \" \\ \n"
      })
  void documentsComeBackToTheCharacter(String document) throws Exception {
    DomainRecord plain = StoreRecords.domain("web-1");
    DomainRecord domain =
        new DomainRecord(plain.uuid(), plain.name(), 7, 3, document, plain.status());
    RecoveryCopy copy =
        new RecoveryCopy(
            HOST,
            42,
            99,
            domain,
            Optional.of(StoreRecords.launch(domain.uuid())),
            Optional.of(StoreRecords.intent(domain.uuid())),
            Optional.of(StoreRecords.policyState(domain.uuid())),
            List.of(
                StoreRecords.job(domain.uuid(), "a1"),
                new StoredJob("b1", domain.uuid(), document)));

    assertThat(CopyFormat.domainCopy(CopyFormat.encode(copy))).isEqualTo(copy);
  }

  @Test
  void definitionsStandInACopyAsJson() {
    String text = new String(CopyFormat.encode(copy()), StandardCharsets.UTF_8);

    assertThat(text).contains("\"memory\" : \"64 MiB\"", "\"revision\" : 1", "\"commit\" : 1");
  }

  @Test
  void theHostsCopyComesBack() throws Exception {
    HostCopy copy = new HostCopy(HOST, 12_345);

    assertThat(CopyFormat.hostCopy(CopyFormat.encode(copy))).isEqualTo(copy);
  }

  @Test
  void theCopyOfPoolsAndImagesComesBack() throws Exception {
    PoolsCopy copy =
        new PoolsCopy(
            HOST,
            42,
            List.of(new StoredPool(new PoolName("fast"), Path.of("/srv/fast"))),
            List.of(new StoredImage(ImageName.of("fast/disk"), ImageFormat.RAW)));

    assertThat(CopyFormat.poolsCopy(CopyFormat.encode(copy))).isEqualTo(copy);
  }

  @Test
  void everyCutIsNoticed() {
    byte[] whole = CopyFormat.encode(copy());
    for (int length = 0; length < whole.length - 1; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> CopyFormat.domainCopy(cut))
          .isInstanceOf(UnreadableCopyException.class);
    }
  }

  private static RecoveryCopy copy() {
    return new RecoveryCopy(
        HOST,
        1,
        1,
        StoreRecords.domain("web-1"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }
}
