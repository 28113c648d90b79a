/** Films as frames, by the ffmpeg program. */
module convlstm4j.video {
  requires transitive convlstm4j;
  requires static org.jspecify;
  requires org.slf4j;

  exports convlstm4j.video;

  uses convlstm4j.video.BundledFfmpeg;

  provides convlstm4j.data.folder.FrameFormat with
      convlstm4j.video.FilmFormat;
}
