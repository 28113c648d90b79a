/** Of somebody else. */
module consumer {
  requires convlstm4j;
  requires convlstm4j.io.keras;
  requires convlstm4j.video;
}
