package convlstm4j.ffmpeg;

import convlstm4j.video.FfmpegProgram;
import convlstm4j.video.FfmpegPrograms;

/** A process that says which program it finds. */
final class Find {
  private Find() {}

  public static void main(String[] none) {
    FfmpegProgram program = FfmpegPrograms.get("a film");
    System.out.println(program.version() + " " + program);
  }
}
