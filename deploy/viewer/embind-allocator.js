// Takes the place of the function of this name in two of the package's decoders, see embind-invoker.js.
function craftEmvalAllocator(argCount) {
  return (constructor, argTypes, packed) => {
    var args = [];
    for (var n = 0; n < argCount; n++) {
      var type = requireRegisteredType(HEAPU32[(argTypes >> 2) + n], `parameter ${n}`);
      args.push(type.readValueFromPointer(packed));
      packed += type.argPackAdvance;
    }
    return Emval.toHandle(new constructor(...args));
  };
}
