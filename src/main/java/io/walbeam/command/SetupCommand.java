package io.walbeam.command;

import io.walbeam.doctor.Provider;
import io.walbeam.doctor.Setup;
import io.walbeam.doctor.SetupPlan;
import io.walbeam.doctor.SetupRequest;
import io.walbeam.failure.FailureKind;
import io.walbeam.options.CommandReader;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ProviderOptions;
import io.walbeam.options.SetupOptions;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** {@code setup}: makes what a run needs at the source, or takes it back. */
final class SetupCommand {
  private SetupCommand() {}

  /**
   * Prints the plan, does it unless {@code --print} is given, and returns the exit code.
   *
   * @throws io.walbeam.failure.WalbeamException if something is in the way
   */
  static int run(OptionsReader.Source source, PrintStream out, Folding folding)
      throws InterruptedException {
    SetupOptions options = source.options().as(SetupOptions.class);
    Setup setup =
        new Setup(
            new SetupRequest(
                source.replication(),
                source.tables(),
                options.getRole(),
                CommandReader.identityFull(source.options()),
                options.isCaptureDdl(),
                Optional.ofNullable(source.options().as(ProviderOptions.class).getProvider())
                    .flatMap(Provider::of),
                CommandReader.rolePassword(source.options())));
    SetupPlan plan = setup.plan(options.isRemove());
    Optional<String> member = Optional.ofNullable(options.getMember());
    List<String> shell =
        options.isRemove()
            ? source.destination().withdrawal(member)
            : source.destination().preparation(member);
    out.print(new SetupText(folding).script(plan, shell));
    out.flush();
    if (options.isPrint()) {
      return plan.obstacles().isEmpty() ? 0 : FailureKind.OPERATOR.exitCode();
    }
    setup.apply(plan);
    if (!plan.steps().isEmpty()) {
      out.println("-- Done.");
    }
    return 0;
  }
}
