/** The backend for x86-64 processors; chosen by name or by itself, so it exports nothing. */
module convlstm4j.backend.onednn {
  requires convlstm4j;
  requires convlstm4j.backend.onednn.linux.x86_64;
  requires org.bytedeco.dnnl;
  requires org.bytedeco.dnnl.linux.x86_64;
  requires org.bytedeco.javacpp;
  requires org.bytedeco.javacpp.linux.x86_64;
  requires org.bytedeco.opencl;
  requires org.bytedeco.opencl.linux.x86_64;
  requires static org.jspecify;
  requires org.slf4j;

  provides convlstm4j.backend.BackendProvider with
      convlstm4j.backend.onednn.OneDnnProvider;
}
