# Installs Brood on Windows: downloads the binary, checks its SHA-256 sum, and puts it into a folder. Where something is
# wrong it says what, in one line, and leaves nothing behind.
#
# BROOD_RELEASE  where the files of the release are
# BROOD_INSTALL  the folder (.local\bin in the user's own folder)

function Install-Brood {
  $ErrorActionPreference = 'Stop'
  # The bar makes a download many times slower in PowerShell 5.
  $ProgressPreference = 'SilentlyContinue'

  $release = 'https://github.com/OWNER/brood/releases/latest/download'
  if ($env:BROOD_RELEASE) { $release = $env:BROOD_RELEASE }
  $folder = Join-Path $HOME '.local\bin'
  if ($env:BROOD_INSTALL) { $folder = $env:BROOD_INSTALL }
  $name = 'brood-windows-x86_64.exe'

  if (-not [Environment]::Is64BitOperatingSystem) { throw 'there is no binary for 32-bit Windows' }

  $isNew = -not (Test-Path -PathType Container $folder)
  $isDone = $false
  # Beside the place where it will be: from there it gets into that place in one step.
  $scratch = Join-Path $folder ('.brood-' + [Guid]::NewGuid().ToString('N'))
  try {
    New-Item -ItemType Directory -Force $scratch | Out-Null
    $file = Join-Path $scratch 'brood.exe'
    $sums = Join-Path $scratch 'SHA256SUMS'
    foreach ($download in @(@('SHA256SUMS', $sums), @($name, $file))) {
      $url = "$release/$($download[0])"
      try { Invoke-WebRequest -UseBasicParsing -Uri $url -OutFile $download[1] }
      catch { throw "cannot download ${url}: $($_.Exception.Message)" }
    }
    $line = Get-Content $sums | Where-Object { ($_ -split '\s+')[1] -eq $name }
    if (-not $line) { throw "the release has no sum for $name" }
    $expected = ($line -split '\s+')[0]
    $actual = (Get-FileHash -Algorithm SHA256 $file).Hash.ToLowerInvariant()
    if ($actual -ne $expected) { throw "the SHA-256 sum of $name is $actual, expected $expected" }
    $version = & $file --version
    if ($LASTEXITCODE -ne 0) { throw "$name does not run on this machine" }
    Move-Item -Force $file (Join-Path $folder 'brood.exe')
    $isDone = $true
  } finally {
    if (Test-Path $scratch) { Remove-Item -Recurse -Force $scratch }
    if ($isNew -and -not $isDone -and (Test-Path $folder)) { Remove-Item $folder }
  }

  Write-Output "installed $(Join-Path $folder 'brood.exe'): $version"
  if (($env:Path -split ';') -notcontains $folder) {
    Write-Output "to start it by its name, add $folder to Path"
  }
}

try { Install-Brood }
catch {
  [Console]::Error.WriteLine("install: $($_.Exception.Message)")
  # Where it is run by "| iex", exit would close the user's window.
  if ($MyInvocation.MyCommand.Path) { exit 1 }
}
