package dev.berth.conformance;

/** An encrypted image that gets another password. */
final class Encryption implements Scenario {

  /** QEMU measures for seconds how hard a password can be made. */
  @Override
  public boolean isLong() {
    return true;
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    Images.raw(qemu, "locked", 0);
    qemu.tell("object-add", secret("key", "one"));
    qemu.tell("object-add", secret("new", "two"));
    qemu.tell("blockdev-add", "{'driver':'file','node-name':'locked-file','filename':'locked'}");
    qemu.tell(
        "blockdev-create",
        "{'job-id':'make','options':{'driver':'luks','file':'locked-file','size':1048576,"
            + "'key-secret':'key','iter-time':10}}",
        "JOB_STATUS_CHANGE {'id':'make','status':'concluded'}");
    qemu.dismiss("make");
    qemu.tell(
        "blockdev-add",
        "{'driver':'luks','node-name':'locked','file':'locked-file','key-secret':'key'}");
    qemu.tell("query-named-block-nodes");
    qemu.tell(
        "x-blockdev-amend",
        "{'job-id':'amend','node-name':'locked','options':{'driver':'luks','state':'active',"
            + "'new-secret':'new','iter-time':10}}",
        "JOB_STATUS_CHANGE {'id':'amend','status':'concluded'}");
    qemu.dismiss("amend");
  }

  private static String secret(String id, String data) {
    return "{'qom-type':'secret','id':'" + id + "','data':'" + data + "'}";
  }
}
