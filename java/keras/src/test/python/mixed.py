"""Makes mixed-RELEASE.keras and .h5: a model in mixed_float16, trained with a LossScaleOptimizer. Run it with Keras 3."""
import sys

if len(sys.argv) > 2:
    sys.path[:0] = sys.argv[2:]  # where stand-ins for modules are
    __import__("torch_shim")
import keras
import numpy as np

keras.config.set_dtype_policy("mixed_float16")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(1, dtype="float32")])
optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01), initial_scale=1024.0)
model.compile(optimizer, "mse", metrics=["mae"])
r = np.random.default_rng(1)
x = r.standard_normal((6, 4)).astype("float32")
model.fit(x, x[:, :1], epochs=3, batch_size=3, shuffle=False, verbose=0)
for ending in ("keras", "h5"):
    model.save("%s/mixed-%s.%s" % (sys.argv[1], keras.__version__, ending))
print(repr(float(np.asarray(keras.ops.convert_to_numpy(model.optimizer.inner_optimizer.variables[2])).ravel()[0])))
