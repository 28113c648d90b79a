/** An ffmpeg program for machines where none is installed; found as a service, so it exports nothing. */
module convlstm4j.ffmpeg {
  requires convlstm4j;
  requires convlstm4j.video;
  requires org.bytedeco.ffmpeg.linux.x86_64;
  requires static org.jspecify;

  provides convlstm4j.video.BundledFfmpeg with
      convlstm4j.ffmpeg.BytedecoFfmpeg;
}
