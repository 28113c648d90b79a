package convlstm4j.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** What there is to say of the program itself, without its commands. */
@Command(
    name = "convlstm4j",
    description = "Convolutional LSTM networks: train, evaluate and run them on films and arrays.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:good",
      "1:the work failed",
      "2:wrong call or input",
      "129:stopped by the terminal's end (SIGHUP), after saving",
      "130:stopped by Ctrl-C (SIGINT), after saving",
      "143:stopped by kill or docker stop (SIGTERM), after saving"
    })
class Program {}
