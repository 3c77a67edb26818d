package dev.berth.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.berth.control.ControlAccess;
import dev.berth.domain.DurationText;
import dev.berth.engine.EngineSettings;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.Problem;
import dev.berth.host.ResourceResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Gathers settings from the file, the environment and flags, and checks them all at once. */
final class SettingsReader {
  private final Map<SettingKey, String> values = new EnumMap<>(SettingKey.class);
  private final Map<SettingKey, String> sources = new EnumMap<>(SettingKey.class);
  private final List<Problem> problems = new ArrayList<>();

  private SettingsReader() {
    for (SettingKey key : SettingKey.values()) {
      values.put(key, key.fallback());
    }
  }

  static HostSettings read(
      HomeLayout layout, Map<String, String> environment, Map<String, String> flags) {
    SettingsReader reader = new SettingsReader();
    reader.addFile(layout.settingsFile());
    reader.addEnvironment(environment);
    reader.addFlags(flags);
    HostSettings settings = reader.settings(layout, environment.getOrDefault("PATH", ""));
    if (!reader.problems.isEmpty()) {
      throw new InvalidDefinitionException("settings", reader.problems);
    }
    return settings;
  }

  private void addFile(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    JsonNode tree;
    try {
      tree = new YAMLMapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      problems.add(
          new Problem(
              "",
              e.getLocation().getLineNr(),
              e.getLocation().getColumnNr(),
              file + " is no readable YAML; check the indentation and quotes around here"));
      return;
    } catch (IOException e) {
      throw new HostFailureException(
          "Cannot read the settings file " + file + ": " + e.getMessage() + ".", e);
    }
    if (tree.isMissingNode() || tree.isNull()) {
      return;
    }
    if (!tree.isObject()) {
      problems.add(Problem.at("", file + " must hold keys and values, such as 'heartbeat: 5s'"));
      return;
    }
    tree.properties()
        .forEach(
            entry ->
                add(
                    entry.getKey(),
                    key -> text(entry.getValue(), key.separator()),
                    file.toString()));
  }

  private static String text(JsonNode value, String separator) {
    if (!value.isArray()) {
      return value.asText();
    }
    List<String> parts = new ArrayList<>();
    value.forEach(part -> parts.add(part.asText()));
    return String.join(separator, parts);
  }

  private void addEnvironment(Map<String, String> environment) {
    for (SettingKey key : SettingKey.values()) {
      String value = environment.get(key.variable());
      if (value != null) {
        values.put(key, value);
        sources.put(key, key.variable());
      }
    }
  }

  private void addFlags(Map<String, String> flags) {
    flags.forEach((name, value) -> add(name, key -> value, "--set " + name));
  }

  private void add(String name, Function<SettingKey, String> value, String source) {
    for (SettingKey key : SettingKey.values()) {
      if (key.text().equals(name)) {
        values.put(key, value.apply(key));
        sources.put(key, source);
        return;
      }
    }
    problems.add(
        Problem.at(
            name,
            "unknown setting in "
                + source
                + "; valid ones are "
                + Arrays.stream(SettingKey.values())
                    .map(SettingKey::text)
                    .collect(Collectors.joining(", "))));
  }

  private HostSettings settings(HomeLayout layout, String searchPath) {
    TlsSettings tls = new TlsSettings(layout, key -> values.getOrDefault(key, ""), this::wrong);
    MigrationSettings migration =
        new MigrationSettings(key -> values.getOrDefault(key, ""), this::wrong);
    EngineSettings engine =
        new EngineSettings(
            integer(SettingKey.OPERATION_LIMIT, 1, 1000),
            duration(SettingKey.LAUNCH_TIMEOUT),
            duration(SettingKey.HEARTBEAT),
            duration(SettingKey.OVERDUE),
            duration(SettingKey.REAP_GRACE),
            durationOrOff(SettingKey.SAMPLING));
    return new HostSettings(
        layout,
        paths(SettingKey.QEMU),
        searchPath,
        engine,
        integer(SettingKey.EVENTS_KEPT, 100, 10_000_000),
        duration(SettingKey.EVENTS_AGE),
        new ControlAccess(names(SettingKey.ACCESS), names(SettingKey.ACCESS_READ_ONLY)),
        Optional.empty(),
        ResourceResolver.NONE,
        tls.listen(),
        tls.files(),
        migration.network());
  }

  private List<Path> paths(SettingKey key) {
    List<Path> paths = new ArrayList<>();
    for (String part : values.getOrDefault(key, "").split(":")) {
      if (part.isEmpty()) {
        continue;
      }
      Path path = Path.of(part);
      if (path.isAbsolute()) {
        paths.add(path);
      } else {
        wrong(key, "expected absolute paths, found '" + part + "'");
      }
    }
    return paths;
  }

  private ControlAccess.Names names(SettingKey key) {
    try {
      return ControlAccess.Names.parse(values.getOrDefault(key, ""));
    } catch (InvalidRequestException e) {
      wrong(key, "expected names such as 'alice, @kvm': " + e.getMessage());
      return ControlAccess.OWNER_ONLY.full();
    }
  }

  private int integer(SettingKey key, int least, int most) {
    String text = values.getOrDefault(key, "");
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, as a number out of range is
    }
    wrong(key, "expected a number from " + least + " to " + most + ", found '" + text + "'");
    return least;
  }

  private Duration duration(SettingKey key) {
    String text = values.getOrDefault(key, "");
    return DurationText.parse(text)
        .filter(value -> !value.isZero())
        .orElseGet(
            () -> {
              wrong(key, "expected a duration such as 10s or 5m, found '" + text + "'");
              return Duration.ofSeconds(1);
            });
  }

  /** Without quotes YAML reads {@code off} as false. */
  private Duration durationOrOff(SettingKey key) {
    String text = values.getOrDefault(key, "");
    return text.equals("off") || text.equals("false") ? Duration.ZERO : duration(key);
  }

  private void wrong(SettingKey key, String what) {
    String source = sources.getOrDefault(key, "the defaults");
    problems.add(Problem.at(key.text(), what + " (from " + source + ")"));
  }
}
