package dev.berth.cli.output;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.doctor.Finding;
import dev.berth.doctor.Verdict;
import dev.berth.json.Json;
import java.util.List;

/** What an examination came to: a line for each finding, its remedy below it. */
public final class FindingList {
  private static final int VERDICT_WIDTH = 9;
  private static final int GAP = 2;

  private final List<Finding> findings;
  private final Colour colour;

  /** Those findings, in that order. */
  public FindingList(List<Finding> findings, Colour colour) {
    this.findings = List.copyOf(findings);
    this.colour = colour;
  }

  /** The worst verdict among them. */
  public Verdict worst() {
    return findings.stream().map(Finding::verdict).max(Verdict::compareTo).orElse(Verdict.OK);
  }

  /** For programs. */
  public ObjectNode document() {
    ObjectNode document = Json.object();
    document.put("verdict", worst().text());
    ArrayNode array = document.putArray("findings");
    for (Finding finding : findings) {
      ObjectNode each = array.addObject();
      each.put("check", finding.check()).put("verdict", finding.verdict().text());
      each.put("text", finding.text());
      finding.remedy().ifPresent(remedy -> each.put("remedy", remedy));
    }
    return document;
  }

  /** For people, without the last line's end. */
  public String lines() {
    int width = findings.stream().mapToInt(each -> each.check().length()).max().orElse(0) + GAP;
    String indent = " ".repeat(VERDICT_WIDTH + width);
    StringBuilder lines = new StringBuilder();
    for (Finding finding : findings) {
      String verdict = finding.verdict().text();
      lines.append(colour.paint(finding.verdict(), verdict));
      lines.append(" ".repeat(VERDICT_WIDTH - verdict.length())).append(finding.check());
      lines.append(" ".repeat(width - finding.check().length()));
      lines.append(indented(finding.text(), indent)).append('\n');
      finding
          .remedy()
          .ifPresent(
              remedy ->
                  lines.append(indent).append("-> ").append(indented(remedy, indent)).append('\n'));
    }
    return lines.append(summary()).toString();
  }

  private String summary() {
    return findings.size()
        + " findings: "
        + counted(Verdict.PROBLEM, "problem")
        + ", "
        + counted(Verdict.NOTE, "note");
  }

  private String counted(Verdict verdict, String noun) {
    long count = findings.stream().filter(each -> each.verdict() == verdict).count();
    return count == 1 ? "1 " + noun : count + " " + noun + "s";
  }

  private static String indented(String text, String indent) {
    return Printable.lines(text).strip().replace("\n", "\n" + indent);
  }
}
